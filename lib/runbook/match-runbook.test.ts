import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from './load-runbook.ts';
import { compileMatcher, explainMatch, matchRunbook, type Trigger } from './match-runbook.ts';
import type { Runbook } from './runbook.ts';

const base = loadRunbook(
  `apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata: {name: base}
spec:
  intent: Test.
  owner: team
  steps: [{id: look, action: kubernetes.collectDiagnostics, with: {namespace: shop, name: web}}]
`,
  'base.yaml',
).runbooks[0] as Runbook;

interface Shape {
  readonly name: string;
  readonly symptoms?: readonly string[];
  readonly probableCauses?: readonly string[];
  readonly any?: boolean;
  readonly resourceKinds?: readonly string[];
  readonly allowedNamespaces?: readonly string[];
}

function runbook({
  name,
  symptoms = [],
  probableCauses = [],
  any = false,
  resourceKinds = [],
  allowedNamespaces = [],
}: Shape): Runbook {
  return {
    ...base,
    name,
    triggers: { symptoms, probableCauses, any, minimumConfidence: 0.8 },
    scope: { allowedNamespaces, requiredLabels: {}, resourceKinds },
  };
}

const trigger = (given: Partial<Trigger>): Trigger => ({
  symptom: '',
  probableCause: '',
  resource: { kind: 'pod', namespace: 'shop' },
  ...given,
});

describe('a match', () => {
  const bySymptom = runbook({ name: 'a-symptom', symptoms: ['high_cpu', 'leak'] });
  const byCause = runbook({ name: 'z-cause', probableCauses: ['leak'], symptoms: ['slow'] });

  it('by cause outranks one by symptom, whatever the order and the names', () => {
    const both = trigger({ symptom: 'high_cpu', probableCause: 'leak' });
    expect(matchRunbook([bySymptom, byCause], both)).toEqual({ runbook: byCause, by: 'cause' });
    expect(matchRunbook([byCause, bySymptom], both)).toEqual({ runbook: byCause, by: 'cause' });
  });

  it('takes causes for causes and symptoms for symptoms', () => {
    expect(matchRunbook([bySymptom, byCause], trigger({ symptom: 'leak' }))).toEqual({
      runbook: bySymptom,
      by: 'symptom',
    });
    expect(matchRunbook([bySymptom, byCause], trigger({ probableCause: 'slow' }))).toBeUndefined();
  });

  it('never rests on a trigger that names nothing', () => {
    expect(
      matchRunbook([runbook({ name: 'x', symptoms: [''], probableCauses: [''] })], trigger({})),
    ).toBeUndefined();
  });

  it('is told apart by the kind of the resource', () => {
    const pods = runbook({ name: 'pods', symptoms: ['high_cpu'], resourceKinds: ['deployment'] });
    const tasks = runbook({ name: 'tasks', symptoms: ['high_cpu'], resourceKinds: ['ecs_service'] });
    const at = (kind: string) =>
      matchRunbook([pods, tasks], trigger({ symptom: 'high_cpu', resource: { kind } }));
    expect(at('deployment')?.runbook.name).toBe('pods');
    expect(at('ecs_service')?.runbook.name).toBe('tasks');
    expect(at('pod')).toBeUndefined();
    expect(matchRunbook([pods], trigger({ symptom: 'high_cpu', resource: undefined }))).toBeUndefined();
  });

  it('with any incident comes behind every other, also behind one for another namespace', () => {
    const any = runbook({ name: 'a-any', any: true });
    const bank = runbook({ name: 'bank', symptoms: ['high_cpu'], allowedNamespaces: ['bank'] });
    expect(matchRunbook([any, bank], trigger({ symptom: 'high_cpu' }))?.runbook.name).toBe('bank');
    expect(matchRunbook([any, bank], trigger({ symptom: 'unheard_of' }))).toEqual({
      runbook: any,
      by: 'any',
    });
    expect(matchRunbook([any, bank], trigger({}))).toEqual({ runbook: any, by: 'any' });
  });

  it('with any incident is still for its kinds of resource alone', () => {
    const pods = runbook({ name: 'pods', any: true, resourceKinds: ['pod'] });
    expect(matchRunbook([pods], trigger({ resource: { kind: 'queue' } }))).toBeUndefined();
    expect(matchRunbook([pods], trigger({ resource: undefined }))).toBeUndefined();
  });

  it('goes to the runbook for the namespace first, and still names one that is for another', () => {
    const shop = runbook({ name: 'shop', symptoms: ['high_cpu'], allowedNamespaces: ['shop'] });
    const bank = runbook({ name: 'bank', symptoms: ['high_cpu'], allowedNamespaces: ['bank'] });
    expect(matchRunbook([bank, shop], trigger({ symptom: 'high_cpu' }))?.runbook.name).toBe('shop');
    expect(matchRunbook([bank], trigger({ symptom: 'high_cpu' }))?.runbook.name).toBe('bank');
  });
});

describe('the runbooks that were close', () => {
  it('are named with the reason', () => {
    const runbooks = [
      runbook({ name: 'cause', probableCauses: ['leak'] }),
      runbook({ name: 'diagnose', symptoms: ['high_memory'] }),
      runbook({ name: 'tasks', probableCauses: ['leak'], resourceKinds: ['ecs_service'] }),
      runbook({ name: 'spelling', symptoms: ['HighMemory'] }),
      runbook({ name: 'far', symptoms: ['disk_full'] }),
      runbook({ name: 'any', any: true }),
      runbook({ name: 'any-queue', any: true, resourceKinds: ['queue'] }),
    ];
    const { match, close } = explainMatch(
      runbooks,
      trigger({ symptom: 'high_memory', probableCause: 'leak' }),
    );
    expect(match?.runbook.name).toBe('cause');
    expect(close.map(({ runbook: { name }, reason }) => `${name}: ${reason}`)).toEqual([
      'tasks: it is for ecs_service, not for pod',
      'diagnose: matches by symptom high_memory as well, and was outranked',
      'spelling: its symptom is spelt otherwise than high_memory',
      'any: is for any incident, and was outranked',
    ]);
  });

  it('are named where nothing matched, too', () => {
    const runbooks = [runbook({ name: 'tasks', symptoms: ['high_cpu'], resourceKinds: ['ecs_service'] })];
    const nowhere = trigger({ symptom: 'high_cpu', resource: undefined });
    expect(explainMatch(runbooks, nowhere)).toMatchObject({
      match: undefined,
      close: [{ reason: 'it is for ecs_service, not for an incident without a resource' }],
    });
  });
});

const name = fc.constantFrom('a', 'b', 'c');
const names = fc.uniqueArray(name, { maxLength: 3 });
const shapes = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,4}$/),
    symptoms: names,
    probableCauses: names,
    any: fc.boolean(),
    resourceKinds: names,
    allowedNamespaces: names,
  }),
  { selector: (shape) => shape.name, maxLength: 8 },
);
const anyTrigger = fc.record({
  symptom: fc.constantFrom('', 'a', 'b', 'c'),
  probableCause: fc.constantFrom('', 'a', 'b', 'c'),
  resource: fc.option(fc.record({ kind: name, namespace: name }), { nil: undefined }),
});

describe('for any set of runbooks', () => {
  it('the order of the files never changes a decision', () => {
    fc.assert(
      fc.property(shapes, anyTrigger, fc.infiniteStream(fc.nat()), (given, event, random) => {
        const ordered = given.map(runbook);
        const shuffled = ordered
          .map((one) => ({ one, rank: random.next().value as number }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ one }) => one);
        const outcome = (set: readonly Runbook[]) => {
          const { match, close } = explainMatch(set, event);
          return [match?.runbook.name, match?.by, close.map((c) => `${c.runbook.name} ${c.reason}`)];
        };
        expect(outcome(shuffled)).toEqual(outcome(ordered));
      }),
      { numRuns: 2_000 },
    );
  });

  it('a runbook that is no longer for any incident never matches more', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), anyTrigger, (given, pick, event) => {
        const index = given.length === 0 ? 0 : pick % given.length;
        const shape = given[index];
        if (!shape) return;
        const taken = (set: readonly Shape[]) => matchRunbook(set.map(runbook), event)?.runbook.name;
        const after = taken(given.with(index, { ...shape, any: false }));
        expect(after !== shape.name || taken(given) === shape.name).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a stricter runbook never matches more', () => {
    const stricter = fc.record({ field: fc.constantFrom(...LISTS), drop: fc.nat(2), add: names });
    fc.assert(
      fc.property(shapes, fc.nat(), stricter, anyTrigger, (given, pick, change, event) => {
        const index = given.length === 0 ? 0 : pick % given.length;
        const shape = given[index];
        if (!shape) return;
        const narrowed = given.with(index, { ...shape, [change.field]: narrow(shape[change.field], change) });
        const before = matchRunbook(given.map(runbook), event)?.runbook.name === shape.name;
        const after = matchRunbook(narrowed.map(runbook), event)?.runbook.name === shape.name;
        expect(after && !before).toBe(false);
      }),
      { numRuns: 5_000 },
    );

    function narrow(
      list: readonly string[],
      change: { field: string; drop: number; add: readonly string[] },
    ) {
      const isScope = change.field === 'resourceKinds' || change.field === 'allowedNamespaces';
      // An empty scope is any, so it is narrowed by naming something; never by dropping the last name.
      if (isScope && list.length === 0) return change.add;
      const rest = list.filter((_, position) => position !== change.drop);
      return isScope && rest.length === 0 ? list : rest;
    }
  });

  it('one for any incident never takes an incident from another runbook', () => {
    fc.assert(
      fc.property(shapes, names, anyTrigger, (given, resourceKinds, event) => {
        const others = given.map((shape) => runbook({ ...shape, any: false }));
        const without = matchRunbook(others, event);
        const withAny = matchRunbook([...others, runbook({ name: '', any: true, resourceKinds })], event);
        const fallback = withAny?.by === 'any' ? withAny : undefined;
        expect(withAny).toEqual(without ?? fallback);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the index finds what a look at every runbook finds', () => {
    fc.assert(
      fc.property(shapes, anyTrigger, (given, event) => {
        const runbooks = given.map(runbook);
        const found = compileMatcher(runbooks).match(event);
        expect(found && `${found.runbook.name} ${found.by}`).toEqual(scan(runbooks, event));
      }),
      { numRuns: 2_000 },
    );
  });
});

const RANKS: readonly string[] = ['cause', 'symptom', 'any'];
const LISTS = ['symptoms', 'probableCauses', 'resourceKinds', 'allowedNamespaces'] as const;

/** The rule as a person would say it. */
function scan(
  runbooks: readonly Runbook[],
  { symptom, probableCause, resource }: Trigger,
): string | undefined {
  const isFor = (list: readonly string[], value: string | undefined): boolean =>
    list.length === 0 || (value !== undefined && list.includes(value));
  const ranked = runbooks
    .filter(({ scope }) => isFor(scope.resourceKinds, resource?.kind))
    .flatMap((one) => {
      const by = one.triggers.probableCauses.includes(probableCause)
        ? 'cause'
        : one.triggers.symptoms.includes(symptom)
          ? 'symptom'
          : one.triggers.any && 'any';
      return by ? [{ one, by, isElsewhere: !isFor(one.scope.allowedNamespaces, resource?.namespace) }] : [];
    })
    .toSorted(
      (a, b) =>
        RANKS.indexOf(a.by) - RANKS.indexOf(b.by) ||
        Number(a.isElsewhere) - Number(b.isElsewhere) ||
        (a.one.name < b.one.name ? -1 : 1),
    );
  return ranked[0] && `${ranked[0].one.name} ${ranked[0].by}`;
}
