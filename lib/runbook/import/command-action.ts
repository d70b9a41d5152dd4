import { kubectlAction } from '../kubectl-command.ts';
import type { Action } from '../runbook.ts';

/** A command line as an action of the catalogue, where one carries its whole meaning. */
export function commandAction(command: string): Action | undefined {
  return kubectlAction(command) ?? awsAction(command) ?? programAction(command);
}

/** Forms of the AWS command line, with the arguments of the action that each flag stands for. */
const AWS_FORMS: readonly AwsForm[] = [
  {
    verb: ['codedeploy', 'create-deployment'],
    action: 'aws.codedeploy.createDeployment',
    flags: { '--application-name': 'application', '--deployment-group-name': 'deploymentGroup' },
  },
  {
    verb: ['ecs', 'update-service'],
    action: 'aws.ecs.updateService',
    flags: { '--cluster': 'cluster', '--service': 'service', '--desired-count': 'desiredCount' },
    switches: { '--force-new-deployment': 'forceNewDeployment' },
  },
];

interface AwsForm {
  readonly verb: readonly [string, string];
  readonly action: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly switches?: Readonly<Record<string, string>>;
}

function awsAction(command: string): Action | undefined {
  const [program, service, verb, ...words] = wordsOf(command) ?? [];
  const form = AWS_FORMS.find((known) => known.verb[0] === service && known.verb[1] === verb);
  const given = form && program === 'aws' ? flagsOf(words, form) : undefined;
  return form && given && { action: form.action, with: given };
}

/** Any other word or flag makes it unknown, since dropping one would change what is done. */
function flagsOf(words: string[], form: AwsForm): Action['with'] | undefined {
  const given: Record<string, string | number | boolean> = {};
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const toggle = own(form.switches, word);
    const [flag = '', inline] = word.split(/=(.*)/);
    const name = toggle ?? own(form.flags, flag);
    const value = toggle === undefined ? (inline ?? words.shift()) : 'true';
    if (name === undefined || Object.hasOwn(given, name)) return undefined;
    if (value === undefined || value === '' || value.startsWith('-')) return undefined;
    given[name] = toggle === undefined ? numberOr(value) : true;
  }
  return given;
}

const numberOr = (text: string): number | string => (/^\d{1,6}$/.test(text) ? Number(text) : text);

/** One program by its absolute path, with words that no shell would read as more. */
function programAction(command: string): Action | undefined {
  const [program, ...args] = wordsOf(command) ?? [];
  if (program === undefined || !/^\/[\w./-]+$/.test(program)) return undefined;
  return { action: 'shell.command', with: { program, ...(args.length > 0 && { args }) } };
}

/** Words without quotes or anything else that a shell acts on. */
function wordsOf(command: string): string[] | undefined {
  const words = command.trim().split(/[ \t]+/);
  return words.every((word) => /^(?:[\w./=:@,+-]|\$\{\w+(?:\.\w+)?\})+$/.test(word)) ? words : undefined;
}

function own(record: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
