import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Risk } from '#gen/belay/v1/common.ts';
import { Plan } from '#gen/belay/v1/plan.ts';
import { toValues } from '#lib/plan/values.ts';
import { kubernetesCluster } from '../adapters/kubernetes-cluster.ts';
import { planPhase, play } from '../fixtures/play-claim.ts';
import type { Cluster } from '../ports.ts';
import { type SandboxCluster, startSandboxCluster } from '../sandbox/start-sandbox-cluster.ts';

/** The incidents of the demo, against the cluster of `belay up`. */
let sandbox: SandboxCluster;
let cluster: Cluster;
beforeEach(async () => {
  sandbox = await startSandboxCluster();
  cluster = kubernetesCluster(sandbox);
});
afterEach(() => sandbox.stop());

interface Step {
  readonly action: string;
  readonly name: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly preChecks: readonly string[];
}

const planned = async ({ action, name, with: more = {}, preChecks }: Step) => {
  const place = { namespace: 'production', name };
  const plan = Plan.fromPartial({
    resource: { target: 'sandbox', kind: 'deployment', ...place },
    scope: { requiredLabels: { 'remediator.kubedojo.io/enabled': 'true' } },
    steps: [{ id: 's', action, arguments: toValues({ ...place, ...more }) }],
    limits: { minimumReadyPeers: 1, maxPercentOfReplicas: 100 },
    preChecks: preChecks.map((check) => ({ name: check, expression: '' })),
  });
  const { planned, types } = await play({ cluster, order: { ...planPhase, plan } });
  expect(types).toEqual(['ActionPlanned']);
  return {
    ...planned,
    refused: planned?.checks.filter(({ reason }) => reason !== '').map(({ name }) => name),
  };
};

const scaleUp = {
  action: 'kubernetes.scale',
  with: { kind: 'deployment', addReplicas: 2, maxReplicas: 10, onlyUp: true },
  preChecks: ['current_replicas_below_max', 'quota_available', 'not_already_rolling_out'],
};

describe('on the sandbox cluster', () => {
  it('INC002 is worker from three to five', async () => {
    expect(await planned({ ...scaleUp, name: 'worker' })).toMatchObject({
      changes: ['replicas 3 -> 5'],
      liveRisk: Risk.LOW,
      refused: [],
    });
  });

  it('INC003 is checkout from revision 42 to 41, and changes nothing', async () => {
    const step = {
      action: 'kubernetes.rolloutUndo',
      name: 'checkout',
      preChecks: ['deployment_exists', 'previous_revision_available'],
    };
    const first = await planned(step);
    expect(first).toMatchObject({
      changes: [
        'revision 42 -> 41 (image shop/checkout:1.8.2 -> 1.8.1)',
        'every pod of Deployment production/checkout is replaced (3)',
      ],
      liveRisk: Risk.HIGH,
      refused: [],
    });
    expect(first.resource?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect((await planned(step)).planHash).toBe(first.planHash);
    const changing = sandbox.requests().filter(({ verb }) => !['get', 'list'].includes(verb));
    expect(changing).toEqual([]);
  });

  it('a restart is every pod, and what never opted in is left alone', async () => {
    const restart = { action: 'kubernetes.rolloutRestart', preChecks: ['deployment_exists'] };
    expect(await planned({ ...restart, name: 'auth' })).toMatchObject({
      changes: ['every pod of Deployment production/auth is replaced (2)'],
      liveRisk: Risk.MEDIUM,
      refused: [],
    });
    expect(await planned({ ...restart, name: 'singleton' })).toMatchObject({ liveRisk: Risk.HIGH });
    expect(await planned({ ...restart, name: 'unlabelled' })).toMatchObject({ refused: ['opt-in'] });
    expect(await planned({ ...scaleUp, name: 'none' })).toMatchObject({ changes: [], before: {} });
  });
});
