import type { Runbook } from './runbook.ts';

export interface Trigger {
  readonly symptom: string;
  readonly probableCause: string;
  readonly resource: { readonly kind: string; readonly namespace?: string } | undefined;
}

export interface Match {
  readonly runbook: Runbook;
  readonly by: 'cause' | 'symptom' | 'any';
}

/** A runbook that was near, and why it was not taken. */
export interface CloseRunbook {
  readonly runbook: Runbook;
  /** For a service owner. */
  readonly reason: string;
}

export interface Explanation {
  readonly match: Match | undefined;
  readonly close: readonly CloseRunbook[];
}

export interface Matcher {
  match(trigger: Trigger): Match | undefined;
  /** The same match, with every runbook that was close to it. */
  explain(trigger: Trigger): Explanation;
  /** Those that name its cause or symptom, and are for resources of another kind. */
  ofOtherKind(trigger: Trigger): readonly Runbook[];
}

/**
 * The runbook for a trigger. A cause outranks a symptom, and both outrank what is for any incident, whatever the
 * order of the files; among equals those for the namespace of the incident come first, and then the name decides,
 * so that the answer never depends on a directory listing. Runbooks that are equal in all but their name are
 * refused by the linter.
 */
export function matchRunbook(runbooks: readonly Runbook[], trigger: Trigger): Match | undefined {
  return matcherOf(runbooks).match(trigger);
}

export function explainMatch(runbooks: readonly Runbook[], trigger: Trigger): Explanation {
  return matcherOf(runbooks).explain(trigger);
}

/** What would be for a trigger, did it name a resource of the right kind: by its cause first. */
export function runbooksOfOtherKind(runbooks: readonly Runbook[], trigger: Trigger): readonly Runbook[] {
  return matcherOf(runbooks).ofOtherKind(trigger);
}

const matchers = new WeakMap<readonly Runbook[], Matcher>();

/** A set of runbooks is compiled once, however many events it sees. */
function matcherOf(runbooks: readonly Runbook[]): Matcher {
  let matcher = matchers.get(runbooks);
  if (!matcher) matchers.set(runbooks, (matcher = compileMatcher(runbooks)));
  return matcher;
}

/** An index by trigger: an event looks at the runbooks that name its cause or symptom, however many others there are. */
export function compileMatcher(runbooks: readonly Runbook[]): Matcher {
  const byName = runbooks.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const causes = indexBy(byName, 'cause', ({ triggers }) => triggers.probableCauses);
  const symptoms = indexBy(byName, 'symptom', ({ triggers }) => triggers.symptoms);
  const fallbacks = byName
    .filter(({ triggers }) => triggers.any)
    .map((runbook) => candidateOf(runbook, 'any'));
  const match = (trigger: Trigger): Match | undefined =>
    firstFit(causes.exact.get(trigger.probableCause), trigger) ??
    firstFit(symptoms.exact.get(trigger.symptom), trigger) ??
    firstFit(fallbacks, trigger);
  const explain = (trigger: Trigger): Explanation => {
    const found = match(trigger);
    const near = [
      ...nearby(causes, trigger.probableCause, trigger),
      ...nearby(symptoms, trigger.symptom, trigger),
      ...fallbacks.filter(({ isForKind }) => isForKind(trigger)).map(outranked),
    ];
    return { match: found, close: closeTo(found, near) };
  };
  const ofOtherKind = (trigger: Trigger): readonly Runbook[] => {
    const named = [causes.exact.get(trigger.probableCause), symptoms.exact.get(trigger.symptom)];
    const misfits = named.flatMap((found = []) => found.filter(({ isForKind }) => !isForKind(trigger)));
    return [...new Set(misfits.map((candidate) => candidate.match.runbook))];
  };
  return { match, explain, ofOtherKind };
}

interface Candidate {
  readonly match: Match;
  readonly isForKind: (trigger: Trigger) => boolean;
  readonly isForNamespace: (trigger: Trigger) => boolean;
}

interface Index {
  readonly exact: ReadonlyMap<string, readonly Candidate[]>;
  /** By the name without case and separators, for near misses. */
  readonly loose: ReadonlyMap<string, readonly Candidate[]>;
  readonly by: Match['by'];
}

function indexBy(
  runbooks: readonly Runbook[],
  by: Match['by'],
  namesOf: (runbook: Runbook) => readonly string[],
): Index {
  const exact = new Map<string, Candidate[]>();
  const loose = new Map<string, Candidate[]>();
  for (const runbook of runbooks) {
    const candidate = candidateOf(runbook, by);
    for (const name of new Set(namesOf(runbook))) {
      // A trigger that names nothing matches nothing, whatever a runbook lists.
      if (name !== '') append(exact, name, candidate);
    }
    for (const name of new Set(namesOf(runbook).map(loosely))) append(loose, name, candidate);
  }
  return { exact, loose, by };
}

const candidateOf = (runbook: Runbook, by: Match['by']): Candidate => ({
  match: { runbook, by },
  isForKind: kindTest(runbook),
  isForNamespace: namespaceTest(runbook),
});

function append(index: Map<string, Candidate[]>, name: string, candidate: Candidate): void {
  const candidates = index.get(name);
  if (candidates) candidates.push(candidate);
  else index.set(name, [candidate]);
}

const loosely = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const anything = (): boolean => true;

function kindTest({ scope: { resourceKinds } }: Runbook): Candidate['isForKind'] {
  if (resourceKinds.length === 0) return anything;
  const isListed = oneOf(resourceKinds);
  return ({ resource }) => resource !== undefined && isListed(resource.kind);
}

function namespaceTest({ scope: { allowedNamespaces } }: Runbook): Candidate['isForNamespace'] {
  if (allowedNamespaces.length === 0) return anything;
  const isListed = oneOf(allowedNamespaces);
  return ({ resource }) => resource?.namespace !== undefined && isListed(resource.namespace);
}

/** Nearly always it is one name, and comparing is less than looking up. */
function oneOf(names: readonly string[]): (name: string) => boolean {
  const [only, ...others] = names;
  if (others.length === 0) return (name) => name === only;
  const set = new Set(names);
  return (name) => set.has(name);
}

function firstFit(candidates: readonly Candidate[] | undefined, trigger: Trigger): Match | undefined {
  if (!candidates) return undefined;
  let fallback: Match | undefined;
  for (const { match, isForKind, isForNamespace } of candidates) {
    if (!isForKind(trigger)) continue;
    if (isForNamespace(trigger)) return match;
    // Out of scope it still matches: the decision then says which namespace it is not for.
    fallback ??= match;
  }
  return fallback;
}

function nearby({ exact, loose, by }: Index, name: string, trigger: Trigger): readonly CloseRunbook[] {
  if (name === '') return [];
  const same = exact.get(name) ?? [];
  const alike = (loose.get(loosely(name)) ?? []).filter((candidate) => !same.includes(candidate));
  return [
    ...same.map((candidate) => ({
      runbook: candidate.match.runbook,
      reason: candidate.isForKind(trigger)
        ? `matches by ${by} ${name} as well, and was outranked`
        : wrongKind(candidate.match.runbook, trigger),
    })),
    ...alike.map(({ match: { runbook } }) => ({
      runbook,
      reason: `its ${by} is spelt otherwise than ${name}`,
    })),
  ];
}

const outranked = ({ match: { runbook } }: Candidate): CloseRunbook => ({
  runbook,
  reason: 'is for any incident, and was outranked',
});

function wrongKind({ scope }: Runbook, { resource }: Trigger): string {
  return `it is for ${scope.resourceKinds.join(', ')}, not for ${resource?.kind ?? 'an incident without a resource'}`;
}

/** Each once, without the one that was taken. */
function closeTo(found: Match | undefined, near: readonly CloseRunbook[]): readonly CloseRunbook[] {
  const close = new Map<Runbook, CloseRunbook>();
  for (const one of near) {
    if (one.runbook !== found?.runbook && !close.has(one.runbook)) close.set(one.runbook, one);
  }
  return [...close.values()];
}
