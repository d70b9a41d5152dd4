import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { callSandbox } from '../../../test/support/call-sandbox.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { Deployment, Pod, ReplicaSet } from './objects.ts';
import { type SandboxCluster, startSandboxCluster } from './start-sandbox-cluster.ts';

const namespace = 'production';
const pods = '/api/v1/namespaces/production/pods';
const deployments = '/apis/apps/v1/namespaces/production/deployments';
const crashing = { namespace, name: 'api-server-abc123' };
const merge = 'application/merge-patch+json';

let clock: ManualClock;
let sandbox: SandboxCluster;
beforeEach(async () => {
  clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
  sandbox = await startSandboxCluster({ clock });
});
afterEach(() => sandbox.stop());

const get = async <T>(path: string) => (await callSandbox(sandbox, { path })).body as T;
const podsOf = async (app: string) =>
  (await get<{ items: Pod[] }>(`${pods}?labelSelector=app%3D${app}`)).items;
const pod = (name: string) => get<Pod>(`${pods}/${name}`);
const deployment = (name: string) => get<Deployment>(`${deployments}/${name}`);
const change = (path: string, body: object) =>
  callSandbox(sandbox, { path, method: 'PATCH', body, contentType: merge });
const remove = (path: string, body = {}) => callSandbox(sandbox, { path, method: 'DELETE', body });
const readyOf = (all: readonly Pod[]) =>
  all.filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
const isTerminating = ({ metadata }: Pod) => metadata.deletionTimestamp !== undefined;

describe('the default seed', () => {
  it('is a calm production with one pod in a crash loop', async () => {
    const { items } = await get<{ items: Deployment[] }>(deployments);
    const numbers = items.map(({ metadata, spec, status }) => [
      metadata.name,
      spec.replicas,
      status.readyReplicas,
    ]);
    expect(numbers).toEqual([
      ['api-server', 3, 2],
      ['auth', 2, 2],
      ['checkout', 3, 3],
      ['singleton', 1, 1],
      ['unlabelled', 2, 2],
      ['worker', 3, 3],
    ]);
    const optedIn = items.filter(
      ({ metadata }) => metadata.labels?.['remediator.kubedojo.io/enabled'] === 'true',
    );
    expect(optedIn.map(({ metadata }) => metadata.name)).not.toContain('unlabelled');
    expect(optedIn).toHaveLength(5);
    const progressing = items.flatMap(({ status }) =>
      status.conditions.filter(({ type }) => type === 'Progressing'),
    );
    expect(progressing.map(({ reason }) => reason)).toEqual(Array(6).fill('NewReplicaSetAvailable'));
    expect((await pod('api-server-abc123')).status.containerStatuses).toMatchObject([
      { ready: false, restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ]);
  });

  it('belongs to controllers, the pod with a name of its own too', async () => {
    for (const { metadata } of (await get<{ items: Pod[] }>(pods)).items) {
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', controller: true }]);
    }
    const [first, ...others] = await podsOf('api-server');
    expect(first?.metadata.name).toBe('api-server-abc123');
    for (const { metadata } of others) expect(metadata.name).toMatch(/^api-server-\w{10}-\w{5}$/);
  });
});

describe('what was deployed before', () => {
  it('is there to go back to, and runs again when somebody does', async () => {
    const sets = '/apis/apps/v1/namespaces/production/replicasets?labelSelector=app%3Dcheckout';
    const seen = (await get<{ items: ReplicaSet[] }>(sets)).items
      .map(({ metadata, spec }) => [
        metadata.annotations?.['deployment.kubernetes.io/revision'],
        spec.replicas,
        spec.template.spec.containers[0]?.image,
      ])
      .sort((a, b) => String(a[0]).localeCompare(String(b[0])));
    expect(seen).toEqual([
      ['41', 0, 'shop/checkout:1.8.1'],
      ['42', 3, 'shop/checkout:1.8.2'],
    ]);
    const containers = [{ name: 'main', image: 'shop/checkout:1.8.1' }];
    await change(`${deployments}/checkout`, { spec: { template: { spec: { containers } } } });
    await clock.advance(20_000);
    expect((await deployment('checkout')).metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '43',
    });
    expect((await get<{ items: unknown[] }>(sets)).items).toHaveLength(2);
  });
});

describe('a quota', () => {
  it('counts the pods of its namespace, and knows nothing but pods', async () => {
    const path = '/api/v1/namespaces/production/resourcequotas';
    const create = (hard: object) =>
      callSandbox(sandbox, { path, method: 'POST', body: { metadata: { name: 'cap' }, spec: { hard } } });
    expect((await create({ 'requests.cpu': '4' })).status).toBe(422);
    expect((await create({ pods: '20' })).status).toBe(201);
    const status = async () => (await get<{ status: object }>(`${path}/cap`)).status;
    expect(await status()).toEqual({ hard: { pods: '20' }, used: { pods: '14' } });
    await change(`${deployments}/worker`, { spec: { replicas: 5 } });
    expect(await status()).toEqual({ hard: { pods: '20' }, used: { pods: '16' } });
  });
});

describe('pods', () => {
  it('replaces a deleted one, and the replacement is Ready after its time', async () => {
    const known = (await podsOf('api-server')).map(({ metadata }) => metadata.uid);
    await remove(`${pods}/api-server-abc123`);
    const [replacement] = (await podsOf('api-server')).filter(
      ({ metadata }) => !known.includes(metadata.uid),
    );
    expect(replacement?.metadata.name).toMatch(/^api-server-\w{10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    await clock.advance(499);
    expect((await podsOf('api-server')).filter(isTerminating)).toHaveLength(1);
    await clock.advance(1);
    expect((await podsOf('api-server')).filter(isTerminating)).toEqual([]);
    await clock.advance(1_499);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(2);
    await clock.advance(1);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(3);
    expect((await deployment('api-server')).status).toMatchObject({ replicas: 3, availableReplicas: 3 });
  });

  it('backs off longer with each restart of a crash loop', async () => {
    const restarts = async () => (await pod('api-server-abc123')).status.containerStatuses?.[0]?.restartCount;
    const seen: (number | undefined)[] = [await restarts()];
    for (const seconds of [10, 20, 40]) {
      await clock.advance(seconds * 1_000 - 1);
      seen.push(await restarts());
      await clock.advance(1);
      seen.push(await restarts());
    }
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });

  it('plays what it is told, and recovers when it no longer is', async () => {
    sandbox.play(crashing, undefined);
    await clock.advance(2_000);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(3);
    sandbox.play(crashing, 'never-ready');
    await clock.advance(0);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(2);
    sandbox.play(crashing, 'oom-killed');
    await clock.advance(0);
    expect((await pod('api-server-abc123')).status.containerStatuses).toMatchObject([
      { lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } },
    ]);
    sandbox.play(crashing, 'slow-ready');
    await clock.advance(9_999);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(2);
    await clock.advance(1);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(3);
    expect(() => sandbox.play({ namespace, name: 'none' }, 'crash-loop')).toThrow('pods "none" not found');
  });

  it('takes its times from annotations', async () => {
    const annotations = {
      'sandbox.belay.run/play': 'slow-ready',
      'sandbox.belay.run/ready-after': '1500ms',
      'sandbox.belay.run/delete-after': '3s',
    };
    await change(`${pods}/api-server-abc123`, { metadata: { annotations } });
    await clock.advance(1_500);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(3);
    await remove(`${pods}/api-server-abc123`);
    await clock.advance(2_999);
    expect(isTerminating(await pod('api-server-abc123'))).toBe(true);
    await clock.advance(1);
    expect(await pod('api-server-abc123')).toMatchObject({ code: 404 });
  });
});

describe('deployments', () => {
  it('scales up and down', async () => {
    await change(`${deployments}/worker`, { spec: { replicas: 5 } });
    await clock.advance(2_000);
    expect((await deployment('worker')).status).toMatchObject({ readyReplicas: 5, observedGeneration: 2 });
    await change(`${deployments}/worker`, { spec: { replicas: 1 } });
    await clock.advance(500);
    expect(await podsOf('worker')).toHaveLength(1);
    expect((await deployment('worker')).status).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });

  it('lets the pods go first that serve nobody', async () => {
    await change(`${deployments}/api-server`, { spec: { replicas: 2 } });
    await clock.advance(500);
    expect(readyOf(await podsOf('api-server'))).toHaveLength(2);
    expect(await pod('api-server-abc123')).toMatchObject({ code: 404 });
  });

  it('rolls a new template out without falling below what must be available, and back to the old one', async () => {
    const image = (name: string) =>
      change(`${deployments}/worker`, {
        spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } },
      });
    const imagesOf = async () =>
      new Set(
        (await podsOf('worker'))
          .filter((p) => !isTerminating(p))
          .map(({ spec }) => spec.containers[0]?.image),
      );
    const sets = async () =>
      (await get<{ items: unknown[] }>('/apis/apps/v1/replicasets?labelSelector=app%3Dworker')).items;
    await image('two');
    for (let second = 0; second < 10; second += 1) {
      await clock.advance(1_000);
      expect(readyOf(await podsOf('worker')).length).toBeGreaterThanOrEqual(3);
    }
    expect(await imagesOf()).toEqual(new Set(['two']));
    await image('sandbox/worker:1');
    await clock.advance(10_000);
    expect(await imagesOf()).toEqual(new Set(['sandbox/worker:1']));
    expect(await sets()).toHaveLength(2);
    expect((await deployment('worker')).metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
    });
  });

  it('stops a rollout at the first pod that never becomes Ready', async () => {
    const annotations = { 'sandbox.belay.run/play': 'never-ready' };
    await change(`${deployments}/checkout`, { spec: { template: { metadata: { annotations } } } });
    await clock.advance(60_000);
    expect((await deployment('checkout')).status).toMatchObject({
      replicas: 4,
      updatedReplicas: 1,
      readyReplicas: 3,
      conditions: [
        { type: 'Progressing', reason: 'ReplicaSetUpdated' },
        { type: 'Available', status: 'True' },
      ],
    });
  });
});

describe('faults', () => {
  const target = `${pods}/api-server-abc123`;

  it('loses the answer after the effect', async () => {
    sandbox.fault({ effect: 'answer-lost', verb: 'delete', resource: 'pods', times: 1 });
    await expect(remove(target, { gracePeriodSeconds: 0 })).rejects.toThrow('socket hang up');
    expect(await pod('api-server-abc123')).toMatchObject({ code: 404 });
    expect(sandbox.requests({ verb: 'delete' })).toMatchObject([{ status: 200, answered: false }]);
  });

  it('resets the connection before anything is done', async () => {
    sandbox.fault({ effect: 'reset', verb: 'delete', times: 1 });
    await expect(remove(target)).rejects.toThrow('socket hang up');
    expect(isTerminating(await pod('api-server-abc123'))).toBe(false);
    expect(sandbox.requests({ verb: 'delete' })).toMatchObject([{ status: undefined, answered: false }]);
  });

  it('answers 500 for as many requests as it is told, and does nothing', async () => {
    sandbox.fault({ effect: 'error', verb: 'delete', times: 2 });
    const statuses = [await remove(target), await remove(target), await remove(target)].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([500, 500, 200]);
    expect(sandbox.requests({ verb: 'delete', status: 200 })).toHaveLength(1);
  });

  it('delays the answer, and not the effect', async () => {
    const lift = sandbox.fault({ effect: 'answer-delayed', delayMs: 60_000, verb: 'delete' });
    const answer = remove(target, { gracePeriodSeconds: 0 });
    await eventually(async () => expect(await pod('api-server-abc123')).toMatchObject({ code: 404 }));
    lift();
    expect((await answer).status).toBe(200);
  });

  it('goes away with the answer to a deletion, for as long as the pod says', async () => {
    const annotate = (value: string) =>
      change(target, { metadata: { annotations: { 'sandbox.belay.run/outage': value } } });
    expect((await annotate('a while')).status).toBe(400);
    await annotate('30s');
    await expect(remove(target, { gracePeriodSeconds: 0 })).rejects.toThrow('socket hang up');
    await expect(pod('api-server-abc123')).rejects.toThrow('socket hang up');
    await clock.advance(30_000);
    expect(await pod('api-server-abc123')).toMatchObject({ code: 404 });
  });

  it('meets the verb and the resource it is set for, until it is lifted', async () => {
    const lift = sandbox.fault({ effect: 'error', verb: 'get', resource: 'deployments' });
    const statusOf = async (path: string) => (await callSandbox(sandbox, { path })).status;
    expect(await statusOf(`${deployments}/worker`)).toBe(500);
    expect(await statusOf(deployments)).toBe(200);
    expect(await statusOf(target)).toBe(200);
    lift();
    expect(await statusOf(`${deployments}/worker`)).toBe(200);
  });
});

describe('the record of requests', () => {
  it('tells who asked what, and what came of it', async () => {
    await callSandbox(sandbox, { path: `${pods}/none` });
    await callSandbox(sandbox, { path: `${pods}/none`, method: 'DELETE', token: sandbox.readOnlyToken });
    await callSandbox(sandbox, { path: pods, token: 'wrong' });
    const about = { namespace, name: 'none', resource: 'pods', at: clock.now(), answered: true };
    expect(sandbox.requests()).toEqual([
      { ...about, user: 'sandbox-admin', verb: 'get', status: 404 },
      { ...about, user: 'sandbox-reader', verb: 'delete', status: 403 },
      { ...about, user: '', verb: 'get', resource: pods, namespace: undefined, name: undefined, status: 401 },
    ]);
    expect(sandbox.requests({ user: 'sandbox-reader', verb: 'get' })).toEqual([]);
  });

  it('counts as one deletion what many ask for at the same time', async () => {
    const path = `${pods}/api-server-abc123`;
    const { uid } = (await pod('api-server-abc123')).metadata;
    const body = { gracePeriodSeconds: 0, preconditions: { uid } };
    await Promise.all(Array.from({ length: 20 }, () => remove(path, body)));
    expect(sandbox.requests({ verb: 'delete', status: 200 })).toHaveLength(1);
    expect(sandbox.requests({ verb: 'delete', status: 404 })).toHaveLength(19);
    expect(await podsOf('api-server')).toHaveLength(3);
  });
});

it('stops with everything that was open', async () => {
  sandbox.fault({ effect: 'answer-delayed', delayMs: 60_000 });
  const waiting = callSandbox(sandbox, { path: pods }).catch((error: unknown) => String(error));
  await eventually(() => expect(sandbox.requests()).toHaveLength(1));
  await sandbox.stop();
  expect(await waiting).toMatch(/hang up|ECONNRESET|\[object/);
  await expect(callSandbox(sandbox, { path: pods })).rejects.toThrow('ECONNREFUSED');
});
