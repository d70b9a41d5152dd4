import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRunbookFiles } from '../load-runbook.ts';
import type { Runbook } from '../runbook.ts';
import { diffRunbooks } from './diff-runbooks.ts';
import { flattenRunbook } from './flatten-runbook.ts';
import { freedomRule } from './freedom-rules.ts';

const path = (name: string): string => new URL(name, import.meta.url).pathname;
const { runbooks } = await loadRunbookFiles([
  path('../../../runbooks'),
  path('../fixtures/good'),
  path('../fixtures/lint'),
]);
const named = (name: string): Runbook => runbooks.find((runbook) => runbook.name === name) as Runbook;
const base = named('ecs-scale-up');
const restart = named('restart-pod');

const freerIn = (before: Runbook, after: Runbook): string[] =>
  diffRunbooks(before, after)
    .filter(({ freer }) => freer !== '')
    .map(({ field }) => field);

describe('a change', () => {
  it('is named with the field, what it was and what it is', () => {
    const after = { ...restart, guardrails: { ...restart.guardrails, cooldownMinutes: 1 } };
    expect(diffRunbooks(restart, after)).toEqual([
      { field: 'guardrails.cooldownMinutes', before: 5, after: 1, freer: 'acts again sooner' },
    ]);
    expect(diffRunbooks(after, restart)).toMatchObject([{ before: 1, after: 5, freer: '' }]);
  });

  const step = (runbook: Runbook) => runbook.steps[0] as Runbook['steps'][number];
  const scope = (change: Partial<Runbook['scope']>): Partial<Runbook> => ({
    scope: { ...restart.scope, ...change },
  });
  const guardrails = (change: Partial<Runbook['guardrails']>): Partial<Runbook> => ({
    guardrails: { ...restart.guardrails, ...change },
  });
  const night = { days: ['sat'], from: '22:00', to: '06:00', timeZone: 'UTC' } as const;

  // Each takes one guard away, and giving it back takes none.
  it.each<[string, Partial<Runbook>, string]>([
    ['a label that is no longer asked for', scope({ requiredLabels: {} }), 'scope.requiredLabels'],
    ['a kind that is added', scope({ resourceKinds: ['pod', 'node'] }), 'scope.resourceKinds'],
    ['kinds that are no longer named', scope({ resourceKinds: [] }), 'scope.resourceKinds'],
    [
      'fewer Ready peers',
      guardrails({ minimumReadyReplicasWithSameApp: 1 }),
      'guardrails.minimumReadyReplicasWithSameApp',
    ],
    ['a larger share', guardrails({ maxPercentOfReplicas: 100 }), 'guardrails.maxPercentOfReplicas'],
    [
      'more in a namespace',
      guardrails({ maxConcurrentActionsPerNamespace: 4 }),
      'guardrails.maxConcurrentActionsPerNamespace',
    ],
    [
      'a pre-check that is gone',
      { preChecks: restart.preChecks.slice(1) },
      'preChecks.replicas_greater_than_one',
    ],
    [
      'a verification that is gone',
      { verification: { ...restart.verification, checks: restart.verification.checks.slice(1) } },
      'verification.checks.replacement_pod_ready_within_timeout',
    ],
    [
      'a cause that is added',
      { triggers: { ...restart.triggers, probableCauses: [...restart.triggers.probableCauses, 'x'] } },
      'triggers.probableCauses',
    ],
    [
      'less certainty',
      { triggers: { ...restart.triggers, minimumConfidence: 0.5 } },
      'triggers.minimumConfidence',
    ],
    ['no undoing', { rollback: { type: 'none', notes: restart.rollback.notes } }, 'rollback.type'],
    ['a step that may fail', { steps: [{ ...step(restart), required: false }] }, 'steps.replace.required'],
    ['more retries', { steps: [{ ...step(restart), retries: 3 }] }, 'steps.replace.retries'],
    [
      'going on after a failure',
      { escalation: { ...restart.escalation, onVerificationFailure: 'open_incident' } },
      'escalation.onVerificationFailure',
    ],
  ])('%s lets it act more freely', (_title, change, field) => {
    const after = { ...restart, ...change };
    expect(freerIn(restart, after)).toEqual([field]);
    expect(freerIn(after, restart)).toEqual([]);
  });

  it.each<[string, Partial<Runbook>]>([
    ['hours', guardrails({ allowedWindows: [night] })],
    ['a blackout', guardrails({ blackoutWindows: [night] })],
    ['a namespace', scope({ allowedNamespaces: ['shop'] })],
  ])('%s that are given take freedom, and are freedom when they are gone', (_title, change) => {
    const after = { ...restart, ...change };
    expect(freerIn(restart, after)).toEqual([]);
    expect(freerIn(after, restart)).toHaveLength(1);
  });

  it('of the approval is freer towards fewer, others, nobody, or silence', () => {
    const approval = base.approval as NonNullable<Runbook['approval']>;
    const with_ = (change: Partial<typeof approval>) => ({ ...base, approval: { ...approval, ...change } });
    expect(freerIn(with_({ quorum: 2 }), base)).toEqual(['approval.quorum']);
    expect(freerIn(base, with_({ approvers: ['user:a'] }))).toEqual(['approval.approvers']);
    expect(freerIn(base, { ...base, approval: undefined })).toEqual(['approval.approvers']);
    expect(freerIn(base, with_({ timerMs: 60_000 }))).toEqual([]);
    expect(freerIn(base, with_({ timerMs: 60_000, onLapse: 'approve' }))).toEqual([
      'approval.onLapse',
      'approval.timer',
    ]);
    expect(freerIn({ ...base, approval: undefined }, base)).toEqual([]);
  });

  it('of what a step does is freer, and so is another step or another order', () => {
    const [first] = base.steps as [Runbook['steps'][number]];
    const second = { ...first, id: 'again' };
    expect(freerIn(base, { ...base, steps: [{ ...first, with: { ...first.with, maxTasks: 50 } }] })).toEqual([
      'steps.scale.with.maxTasks',
    ]);
    expect(freerIn(base, { ...base, steps: [{ ...first, when: undefined }] })).toEqual(['steps.scale.when']);
    expect(freerIn(base, { ...base, steps: [first, second] })).toContain('steps');
    const freed = diffRunbooks(base, { ...base, steps: [first, second] }).filter(({ freer }) => freer !== '');
    expect(freed).toEqual([
      {
        field: 'steps',
        before: ['scale'],
        after: ['scale', 'again'],
        freer: 'does more, or in another order',
      },
    ]);
    const both = { ...base, steps: [first, second] };
    expect(freerIn(both, { ...base, steps: [second, first] })).toEqual(['steps']);
    expect(freerIn(both, base)).not.toContain('steps');
  });
});

it('knows of every field whether it guards: a new one needs a rule', () => {
  const fields = runbooks.flatMap((runbook) => [...flattenRunbook(runbook).keys()]);
  expect([...new Set(fields)].filter((field) => freedomRule(field) === undefined)).toEqual([]);
});

describe('for any two runbooks', () => {
  const any = fc.constantFrom(...runbooks);

  it('nothing differs exactly where they mean the same', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(diffRunbooks(a, b).length === 0).toBe(a.digest === b.digest);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the way back names the same fields, with before and after exchanged', () => {
    const sides = (changes: ReturnType<typeof diffRunbooks>, isBack: boolean) =>
      changes
        .map(({ field, before, after }) =>
          JSON.stringify([field, isBack ? [after, before] : [before, after]]),
        )
        .toSorted();
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(sides(diffRunbooks(b, a), true)).toEqual(sides(diffRunbooks(a, b), false));
      }),
      { numRuns: 500 },
    );
  });
});
