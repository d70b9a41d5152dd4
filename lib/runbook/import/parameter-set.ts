import { parameterSpec } from '../action-catalogue.ts';
import { isIncidentName, parseTemplate } from '../placeholders.ts';
import type { Action, Parameter } from '../runbook.ts';
import type { Resolved } from './template.ts';

const INCIDENT_VALUES: Readonly<Record<string, string>> = {
  incident_id: 'INCIDENT_ID',
  service: 'SERVICE',
  namespace: 'NAMESPACE',
  resource_kind: 'RESOURCE_KIND',
  resource_name: 'RESOURCE_NAME',
  pod_name: 'POD_NAME',
  pod: 'POD_NAME',
  deployment: 'DEPLOYMENT',
  deployment_name: 'DEPLOYMENT',
};

/** What the incident says, or undefined for a name that is the source's own. */
function incidentValue(name: string): string | undefined {
  return Object.hasOwn(INCIDENT_VALUES, name) ? INCIDENT_VALUES[name] : undefined;
}

/** `{name}` with a name of its own: what S0 and S1 write. */
export const BRACES = /\{([A-Za-z_][A-Za-z0-9_]{0,62})\}/g;

/** Parameters that the source uses without declaring them: whoever runs it has to give them. */
export class ParameterSet {
  readonly #types = new Map<string, Parameter['type']>();
  readonly #declared: ReadonlySet<string>;

  constructor(declared: readonly string[]) {
    this.#declared = new Set(declared);
  }

  /** For `convertText`. */
  resolve(name: string): Resolved {
    if (this.#declared.has(name)) return { name };
    const value = incidentValue(name);
    if (value !== undefined) return { name: value };
    if (!/^[a-z]/.test(name)) return { why: `{${name}} is neither a parameter nor of the incident` };
    if (!this.#types.has(name)) this.#types.set(name, 'string');
    return { name };
  }

  /** What the arguments of an action say about the types of the parameters in them. */
  learnFrom({ action, with: given }: Action): void {
    for (const [key, value] of Object.entries(given)) {
      const type = parameterSpec(action, key)?.type;
      const [part] = typeof value === 'string' ? (parseTemplate(value) ?? []) : [];
      if (type !== 'integer' && type !== 'number' && type !== 'boolean') continue;
      if (part && 'name' in part && this.#types.has(part.name)) this.#types.set(part.name, type);
    }
  }

  /** As the format declares them. */
  undeclared(): Readonly<Record<string, { type: Parameter['type']; required: true }>> {
    const used = [...this.#types].filter(([name]) => !isIncidentName(name));
    return Object.fromEntries(used.map(([name, type]) => [name, { type, required: true as const }]));
  }
}
