import { describe, expect, it } from 'vitest';
import type { Facts } from '../../domain/observation.ts';
import { deployed, lookingAt, revision, type Target, web } from '../../fixtures/look.ts';
import { rolloutUndo } from './rollout-undo.ts';

const revisions = [revision(42, 'shop/web:1.8.2'), revision(41, 'shop/web:1.8.1'), revision(39)];
const observe = (target: Target = {}, args: Facts = {}) =>
  rolloutUndo.observe(rolloutUndo.parse({ ...web, ...args }), lookingAt({ revisions, ...target }));
const refusals = async (target: Target, args: Facts = {}) =>
  (await observe(target, args)).checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe('a plan to go back', () => {
  it('says from which revision to which, and what runs then', async () => {
    expect(await observe()).toMatchObject({
      risk: 'high',
      changes: [
        'revision 42 -> 41 (image shop/web:1.8.2 -> 1.8.1)',
        'every pod of Deployment production/web is replaced (3)',
      ],
      before: { revision: 42, previousRevision: 41, replicas: 3 },
    });
    expect(await refusals({})).toEqual([]);
  });

  it('goes back to the revision that is named', async () => {
    const { changes } = await observe({}, { toRevision: 39 });
    expect(changes[0]).toBe('revision 42 -> 39 (image shop/web:1.8.2 -> 1.0.39)');
  });

  it('takes a rollout back that is under way: it may be the bad one', async () => {
    const rollingOut = deployed({ rollingOut: true, ready: 2, available: 2 });
    expect(await refusals({ workload: rollingOut })).toEqual([]);
    const preChecks = [{ name: 'not_already_rolling_out', expression: '' }];
    expect(await refusals({ workload: rollingOut, limits: { preChecks } })).toEqual([
      'not_already_rolling_out',
    ]);
  });

  it.each<[string, string, Target, Facts]>([
    ['there is none before', 'there is no revision before 42', { revisions: [revision(42)] }, {}],
    ['the named one is gone', 'there is no revision 40 any more', {}, { toRevision: 40 }],
    ['the named one runs', 'revision 42 is the current one', {}, { toRevision: 42 }],
    [
      'the newest template has no number yet',
      'its newest template has no revision number yet',
      { workload: deployed({ revision: 0 }) },
      {},
    ],
  ])('refuses where %s', async (_why, reason, target, args) => {
    const { checks, changes } = await observe(target, args);
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ name: 'revision', reason }]);
    expect(changes).toEqual([]);
  });

  it('refuses where its rollouts are paused, or it is not there', async () => {
    const rollout = { ...deployed().rollout, isPaused: true };
    expect(await refusals({ workload: deployed({ rollout }) })).toEqual(['update strategy']);
    expect(await refusals({ workload: undefined })).toEqual([
      'deployment',
      'opt-in',
      'ready pods',
      'revision',
    ]);
  });

  it('is another plan once somebody has deployed, and the same one while pods come and go', async () => {
    const first = (await observe()).binding;
    expect((await observe({ workload: deployed({ ready: 1, desired: 5 }) })).binding).toEqual(first);
    const newer = { workload: deployed({ revision: 43 }), revisions: [revision(43), ...revisions] };
    const { binding, changes } = await observe(newer);
    expect(binding).not.toEqual(first);
    expect(changes[0]).toMatch(/^revision 43 -> 42/);
    const rewritten = [revision(42), { ...revision(41), template: 'another' }];
    expect((await observe({ revisions: rewritten })).binding).not.toEqual(first);
  });

  it('lets a runbook ask for the revision, by name and in an expression', async () => {
    const preChecks = [
      { name: 'previous_revision_available', expression: '' },
      { name: 'recent', expression: 'live.revision - live.previousRevision < 5.0' },
    ];
    expect(await refusals({ limits: { preChecks } })).toEqual([]);
    expect(await refusals({ limits: { preChecks }, revisions: [revision(42)] })).toEqual([
      'revision',
      'previous_revision_available',
      'recent',
    ]);
  });

  it('is for Deployments alone, and says so', () => {
    for (const kind of ['statefulset', 'daemonset'])
      expect(() => rolloutUndo.parse({ ...web, kind })).toThrow('only a Deployment is taken back so far');
    expect(() => rolloutUndo.parse({ ...web, toRevision: 0 })).toThrow('toRevision is not a whole number');
  });
});
