import type { Action, ArgumentValue } from './runbook.ts';

/**
 * The shorthand `command: kubectl ...` as an action of the catalogue. Only forms whose whole meaning an action
 * carries are known; any other word or flag makes it unknown, since dropping one would change what is done.
 */
export function kubectlAction(command: string): Action | undefined {
  const words = command.trim().split(/\s+/);
  if (words.shift() !== 'kubectl') return undefined;
  const parsed = parseWords(words);
  if (!parsed) return undefined;
  const form = FORMS.find(({ verb }) => verb.every((word, index) => parsed.words[index] === word));
  return form?.make(parsed.words.slice(form.verb.length), parsed.flags);
}

/** For the error about a command that is none of them. */
export const KUBECTL_FORMS =
  'delete pod, scale, rollout restart, rollout undo, cordon, each with -n NAMESPACE where it has one';

interface Form {
  readonly verb: readonly string[];
  readonly make: (words: readonly string[], flags: ReadonlyMap<string, string>) => Action | undefined;
}

const FORMS: readonly Form[] = [
  { verb: ['delete'], make: deletePod },
  { verb: ['scale'], make: scale },
  { verb: ['rollout', 'restart'], make: (words, flags) => onWorkload('rolloutRestart', words, flags) },
  { verb: ['rollout', 'undo'], make: rolloutUndo },
  {
    verb: ['cordon'],
    make: ([node, ...more], flags) =>
      node === undefined || more.length > 0 || flags.size > 0
        ? undefined
        : { action: 'kubernetes.cordonNode', with: { node } },
  },
];

function deletePod(words: readonly string[], flags: ReadonlyMap<string, string>): Action | undefined {
  const resource = resourceOf(words);
  const namespace = flags.get('namespace');
  if (resource?.kind !== 'pod' || namespace === undefined || flags.size !== 1) return undefined;
  return { action: 'kubernetes.deletePod', with: { namespace, pod: resource.name } };
}

function scale(words: readonly string[], flags: ReadonlyMap<string, string>): Action | undefined {
  const { replicas, ...rest } = Object.fromEntries(flags);
  const others = new Map(Object.entries(rest));
  if (replicas === undefined) return undefined;
  if (/^0+$/.test(replicas)) return onWorkload('scaleToZero', words, others);
  return onWorkload('scale', words, others, { replicas: numberOr(replicas) });
}

function rolloutUndo(words: readonly string[], flags: ReadonlyMap<string, string>): Action | undefined {
  const { 'to-revision': revision, ...rest } = Object.fromEntries(flags);
  const toRevision = revision === undefined ? {} : { toRevision: numberOr(revision) };
  return onWorkload('rolloutUndo', words, new Map(Object.entries(rest)), toRevision);
}

function onWorkload(
  verb: string,
  words: readonly string[],
  flags: ReadonlyMap<string, string>,
  more: Readonly<Record<string, ArgumentValue>> = {},
): Action | undefined {
  const resource = resourceOf(words);
  const namespace = flags.get('namespace');
  if (!resource || namespace === undefined || flags.size !== 1) return undefined;
  if (!['deployment', 'statefulset', 'daemonset'].includes(resource.kind)) return undefined;
  const { kind, name } = resource;
  return { action: `kubernetes.${verb}`, with: { namespace, kind, name, ...more } };
}

/** `pod NAME` or `pod/NAME`, in kubectl's spellings of the kind. */
function resourceOf(words: readonly string[]): { kind: string; name: string } | undefined {
  const [kind, name, ...more] = words.length === 1 ? (words[0] ?? '').split('/') : words;
  if (kind === undefined || name === undefined || name === '' || more.length > 0) return undefined;
  return { kind: KINDS.get(kind) ?? kind, name };
}

const KINDS = new Map([
  ...['po', 'pods'].map((alias) => [alias, 'pod'] as const),
  ...['deploy', 'deployments'].map((alias) => [alias, 'deployment'] as const),
  ...['sts', 'statefulsets'].map((alias) => [alias, 'statefulset'] as const),
  ...['ds', 'daemonsets'].map((alias) => [alias, 'daemonset'] as const),
]);

const FLAGS = new Map([
  ['-n', 'namespace'],
  ['--namespace', 'namespace'],
  ['--replicas', 'replicas'],
  ['--to-revision', 'to-revision'],
]);

function parseWords(
  given: readonly string[],
): { words: readonly string[]; flags: ReadonlyMap<string, string> } | undefined {
  const words: string[] = [];
  const flags = new Map<string, string>();
  if (!given.every((word) => /^[\w./={}$-]+$/.test(word))) return undefined;
  for (let index = 0; index < given.length; index += 1) {
    const word = given[index] ?? '';
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [, spelling = '', inline] = /^(-[^=]*)(?:=(.*))?$/.exec(word) ?? [];
    const flag = FLAGS.get(spelling);
    const value = inline ?? given[(index += 1)];
    if (flag === undefined || flags.has(flag) || value === undefined || value === '') return undefined;
    if (value.startsWith('-')) return undefined;
    flags.set(flag, value);
  }
  return { words, flags };
}

const numberOr = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
