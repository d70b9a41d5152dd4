import type { Action, ArgumentValue } from '../../runbook.ts';
import { commandAction } from '../command-action.ts';
import { BRACES, type ParameterSet } from '../parameter-set.ts';
import { convertText, convertValue, type Resolved } from '../template.ts';

/** An action with what has to be said about how it was understood. */
export interface Understood {
  readonly action: Action;
  /** Parameters of the step that the action does not take. */
  readonly unused: readonly string[];
  readonly assumed: string | undefined;
}

type StepParameters = Readonly<Record<string, unknown>>;

/** A command of the manager: `aws:lambda:<function>`, `aws:ssm:<document>` or a command line. */
export function understandCommand(
  command: string,
  given: StepParameters,
  parameters: ParameterSet,
): Understood | { readonly why: string } {
  const converted = convertValue(given, {
    placeholder: BRACES,
    resolve: (name) => parameters.resolve(name),
  });
  if ('why' in converted) return converted;
  const values = converted.value as StepParameters;
  const [, service, name = ''] = /^aws:(lambda|ssm):(.+)$/.exec(command.trim()) ?? [];
  if (name.includes('{')) return { why: 'which one it runs is filled in, and only the author may say that' };
  if (service === 'lambda')
    return { action: withSection('aws.lambda.invoke', { function: name }, 'payload', values), ...WHOLE };
  if (service === 'ssm') {
    const action = withSection('aws.ssm.startAutomation', { document: name }, 'parameters', values);
    return { action, unused: [], assumed: AUTOMATION };
  }
  return commandLine(command, values, parameters);
}

const WHOLE = { unused: [], assumed: undefined } as const;
const AUTOMATION =
  'it is taken for an automation, since it names no instances to run a command on, check the document';
const REVISION =
  'the version is taken for the revision to deploy, check that CodeDeploy knows it by that name';

function withSection(
  action: string,
  given: Readonly<Record<string, ArgumentValue>>,
  key: string,
  values: StepParameters,
): Action {
  if (Object.keys(values).length === 0) return { action, with: given };
  return { action, with: { ...given, [key]: values as unknown as ArgumentValue } };
}

function commandLine(
  command: string,
  values: StepParameters,
  parameters: ParameterSet,
): Understood | { readonly why: string } {
  const used = new Set<string>();
  const resolve = (name: string): Resolved => {
    used.add(name);
    const own = Object.hasOwn(values, name) ? /^\$\{(\w+)\}$/.exec(String(values[name]))?.[1] : undefined;
    if (own !== undefined) return { name: own };
    if (Object.hasOwn(values, name)) return { why: `{${name}} is filled in with a text of the step` };
    return parameters.resolve(name);
  };
  const line = convertText(command, { placeholder: BRACES, resolve });
  if ('why' in line) return line;
  const action = commandAction(line.value);
  if (!action) return { why: 'no action of the catalogue does what this command does' };
  parameters.learnFrom(action);
  const unused = Object.keys(values).filter((name) => !used.has(name));
  return withRevision({ action, unused, assumed: undefined }, values);
}

/** CodeDeploy would deploy again what was deployed last. */
function withRevision(understood: Understood, values: StepParameters): Understood {
  const { action, unused } = understood;
  if (action.action !== 'aws.codedeploy.createDeployment' || !unused.includes('version')) return understood;
  return {
    action: { ...action, with: { ...action.with, revision: String(values['version']) } },
    unused: unused.filter((name) => name !== 'version'),
    assumed: REVISION,
  };
}
