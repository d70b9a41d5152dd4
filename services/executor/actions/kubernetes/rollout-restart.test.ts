import { describe, expect, it } from 'vitest';
import { deployed, lookingAt, type Target, web } from '../../fixtures/look.ts';
import { rolloutRestart } from './rollout-restart.ts';

const observe = (target: Target = {}, kind = 'deployment') =>
  rolloutRestart.observe(rolloutRestart.parse({ ...web, kind }), lookingAt(target));
const refusals = async (target: Target) =>
  (await observe(target)).checks.filter(({ ok }) => !ok).map(({ name }) => name);
const rollout = deployed().rollout;

describe('a plan to restart', () => {
  it('says that every pod is replaced, and how many they are', async () => {
    expect(await observe()).toMatchObject({
      uid: 'uid-web',
      owner: 'Deployment/production/web',
      risk: 'medium',
      changes: ['every pod of Deployment production/web is replaced (3)'],
      before: { uid: 'uid-web', workloadKind: 'Deployment', replicas: 3, readyReplicas: 3 },
    });
    expect(await refusals({})).toEqual([]);
  });

  it('takes the workload before it reads anything of it', async () => {
    const asked: string[] = [];
    await observe({ asked });
    expect(asked).toEqual(['hold Deployment/production/web', 'deployed Deployment']);
  });

  it('is for Deployments, StatefulSets and DaemonSets', async () => {
    for (const [kind, Kind] of [
      ['statefulset', 'StatefulSet'],
      ['daemonset', 'DaemonSet'],
    ] as const) {
      const { changes, owner } = await observe({ workload: deployed({ kind: Kind }) }, kind);
      expect(changes).toEqual([`every pod of ${Kind} production/web is replaced (3)`]);
      expect(owner).toBe(`${Kind}/production/web`);
    }
    expect(() => rolloutRestart.parse({ ...web, kind: 'job' })).toThrow('kind is none of deployment');
    expect(() => rolloutRestart.parse({ namespace: 'production' })).toThrow('name is not a Kubernetes name');
  });

  it('is of high risk where nothing carries the load meanwhile', async () => {
    expect((await observe({ workload: deployed({ desired: 1, ready: 1, available: 1 }) })).risk).toBe('high');
  });

  it.each<[string, string[], Target]>([
    ['its namespace is not allowed', ['namespace'], { limits: { allowedNamespaces: ['staging'] } }],
    [
      'it is not there',
      ['deployment', 'opt-in', 'ready pods'],
      { workload: undefined, limits: { maxPercentOfReplicas: 100 } },
    ],
    [
      'its pods have not opted in, whatever the workload says',
      ['opt-in'],
      {
        workload: deployed({
          labels: deployed().template.labels,
          template: { ...deployed().template, labels: {} },
        }),
      },
    ],
    ['another action is at it', ['workload'], { holder: 'act-0' }],
    ['too few pods are Ready', ['ready pods'], { limits: { minimumReadyPeers: 4 } }],
    ['somebody is rolling it out', ['rollout'], { workload: deployed({ rollingOut: true }) }],
    [
      'its rollouts are paused',
      ['update strategy'],
      { workload: deployed({ rollout: { ...rollout, isPaused: true } }) },
    ],
    [
      'its pods wait for somebody to delete them',
      ['update strategy'],
      { workload: deployed({ rollout: { ...rollout, strategy: 'OnDelete', replacesAll: false } }) },
    ],
    [
      'its strategy takes too many down at once',
      ['replicas'],
      {
        workload: deployed({ rollout: { ...rollout, maxUnavailable: 2 } }),
        limits: { maxPercentOfReplicas: 50 },
      },
    ],
    [
      'too many are down already',
      ['replicas'],
      { workload: deployed({ available: 1 }), limits: { maxPercentOfReplicas: 50 } },
    ],
    [
      'an expression of the runbook does not hold',
      ['many'],
      { limits: { preChecks: [{ name: 'many', expression: 'live.readyReplicas > 3' }] } },
    ],
  ])('refuses where %s', async (_why, names, target) => {
    expect(await refusals(target)).toEqual(names);
  });

  it('judges what the runbook asks for by name, and refuses what nobody can judge', async () => {
    const asks = async (name: string, target: Target = {}) =>
      (await observe({ ...target, limits: { preChecks: [{ name, expression: '' }] } })).checks.at(-1);
    for (const name of ['namespace_allowed', 'deployment_exists', 'enough_ready_peers'])
      expect(await asks(name)).toMatchObject({ name, ok: true });
    expect(await asks('not_already_rolling_out')).toMatchObject({ ok: true });
    expect(await asks('recent_restarts_less_than_three', { recentActions: 3 })).toMatchObject({ ok: false });
    const alone = { workload: deployed({ desired: 1 }) };
    expect(await asks('replicas_greater_than_one', alone)).toMatchObject({ ok: false });
    // Of another action.
    expect(await asks('quota_available')).toMatchObject({ ok: false, observed: 'cannot be judged' });
    expect(await asks('dependencies_healthy')).toMatchObject({ ok: false });
    expect(await asks('constructor')).toMatchObject({ ok: false });
  });

  it('binds to the workload and to what its pods are made of, and not to how they are', async () => {
    const bound = async (change: Parameters<typeof deployed>[0]) =>
      (await observe({ workload: deployed(change) })).binding;
    const first = await bound({});
    expect(await bound({ desired: 9, ready: 1, available: 1, rollingOut: true, revision: 43 })).toEqual(
      first,
    );
    expect(await bound({ uid: 'another' })).not.toEqual(first);
    expect(await bound({ template: { ...deployed().template, hash: 'other' } })).not.toEqual(first);
  });
});
