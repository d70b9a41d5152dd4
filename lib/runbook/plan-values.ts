import { type IncidentName, isIncidentName } from './placeholders.ts';
import { fitParameter } from './fit-parameter.ts';
import type { ArgumentValue, Runbook } from './runbook.ts';

/** Of the incident, as far as plans look it up, and what a person gave by hand. */
export interface PlanContext {
  readonly incidentId?: string;
  readonly service: string;
  readonly resource: { readonly kind: string; readonly namespace: string; readonly name: string } | undefined;
  readonly context: Readonly<Record<string, string>>;
  /** Given by hand. They come before what the incident says. */
  readonly parameters?: Readonly<Record<string, ArgumentValue>>;
}

export type Plain = string | number | boolean;
export type LookedUp = { readonly value: Plain } | Fault;

export interface Fault {
  readonly name: string;
  readonly fault: 'missing' | 'unfit';
  readonly why: string;
}

export type Lookup = (name: string) => LookedUp;

/** Every name that a runbook may use, as a value or as the reason that there is none. */
export function lookupFor({ parameters }: Pick<Runbook, 'parameters'>, context: PlanContext): Lookup {
  return (name) => {
    const value = isIncidentName(name)
      ? incidentValues[name](context)
      : (given(name, context) ?? own(parameters, name)?.default);
    if (value === undefined || value === '') return missing(name, isIncidentName(name));
    // What was looked up is a value: it never becomes something to look up.
    if (String(value).includes('${')) return unfit(name, `\${${name}} holds a placeholder itself`);
    const parameter = own(parameters, name);
    if (!parameter) return { value };
    const fitted = fitParameter(parameter, value);
    return 'why' in fitted ? unfit(name, `parameter ${name} ${fitted.why}`) : fitted;
  };
}

/** The namespace and the name come from the resource alone: it is what scope and guardrails were asked about. */
const incidentValues: Readonly<Record<IncidentName, (context: PlanContext) => string | undefined>> = {
  INCIDENT_ID: ({ incidentId }) => incidentId,
  SERVICE: ({ service }) => service,
  NAMESPACE: ({ resource }) => resource?.namespace,
  RESOURCE_KIND: ({ resource }) => resource?.kind,
  RESOURCE_NAME: ({ resource }) => resource?.name,
  POD_NAME: (context) => nameOfKind('pod', context) ?? own(context.context, 'pod_name'),
  DEPLOYMENT: (context) => nameOfKind('deployment', context) ?? own(context.context, 'deployment'),
};

function nameOfKind(kind: string, { resource }: PlanContext): string | undefined {
  return resource?.kind.toLowerCase() === kind ? resource.name : undefined;
}

function given(name: string, { context, parameters }: PlanContext): Plain | undefined {
  const byHand = parameters && own(parameters, name);
  if (typeof byHand === 'object') return undefined;
  return byHand ?? own(context, name) ?? own(context, snakeCase(name));
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function missing(name: string, isOfIncident: boolean): Fault {
  const why = isOfIncident
    ? `the incident does not say what \${${name}} is`
    : `parameter ${name} has no value and no default`;
  return { name, fault: 'missing', why };
}

const unfit = (name: string, why: string): Fault => ({ name, fault: 'unfit', why });
