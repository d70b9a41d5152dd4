import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { callSandbox, type SandboxCall } from '../../../../test/support/call-sandbox.ts';
import { type SandboxCluster, startSandboxCluster } from '../start-sandbox-cluster.ts';

const pods = '/api/v1/namespaces/production/pods';
const deployments = '/apis/apps/v1/namespaces/production/deployments';
const crashing = `${pods}/api-server-abc123`;
const containers = [{ name: 'main', image: 'none' }];
const merge = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';

/** On a clock that stands still: nothing happens but what a test asks for. */
let sandbox: SandboxCluster;
beforeEach(async () => {
  sandbox = await startSandboxCluster({ clock: new ManualClock(new Date('2026-03-03T03:12:00Z')) });
});
afterEach(() => sandbox.stop());

const call = (path: string, more: Omit<SandboxCall, 'path'> = {}) => callSandbox(sandbox, { path, ...more });
const names = (body: unknown) =>
  (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
const metadataOf = (body: unknown) => (body as { metadata: Record<string, string> }).metadata;

describe('who may do what', () => {
  it.each([null, '', 'wrong'])('answers 401 to the token %j', async (token) => {
    const failure = { kind: 'Status', status: 'Failure', reason: 'Unauthorized', code: 401 };
    expect(await call(pods, { token })).toMatchObject({ status: 401, body: failure });
    expect(await call('/version', { token })).toMatchObject({ status: 401 });
    expect(await call(crashing, { token, method: 'DELETE' })).toMatchObject({ status: 401 });
    expect(await call(crashing)).toMatchObject({ status: 200 });
  });

  it('tells anybody that it is up', async () => {
    expect(await call('/healthz', { token: null })).toEqual({ status: 200, body: 'ok' });
    expect(await call('/readyz', { token: null })).toEqual({ status: 200, body: 'ok' });
  });

  it.each(['DELETE', 'PATCH'])('lets the reader read, and refuses it a %s', async (method) => {
    const token = sandbox.readOnlyToken;
    expect(await call(crashing, { token })).toMatchObject({ status: 200 });
    expect(await call(crashing, { token, method, body: {}, contentType: merge })).toMatchObject({
      status: 403,
      body: { reason: 'Forbidden' },
    });
  });
});

describe('get and list', () => {
  it('answers 404 for what is not there, and names it', async () => {
    expect(await call(`${pods}/none`)).toMatchObject({
      status: 404,
      body: { reason: 'NotFound', details: { name: 'none', kind: 'pods' }, message: 'pods "none" not found' },
    });
    expect(await call('/api/v1/namespaces/production/ovens')).toMatchObject({ status: 404 });
    expect(await call('/api/v1/nodes')).toMatchObject({ status: 404 });
    expect(await call(`${crashing}/log`)).toMatchObject({ status: 404 });
  });

  it.each([
    '//',
    '/%',
    '/api/v1/namespaces/%zz/pods',
    '/api/v1/',
    '/api/v1/namespaces//pods',
    '/api/v1/pods/..',
    '*',
  ])('survives the path %s', async (path) => {
    expect((await call(path)).status).toBeGreaterThanOrEqual(400);
    expect((await call(crashing)).status).toBe(200);
  });

  it.each([
    ['app=api-server', 3],
    ['app in (api-server, singleton)', 4],
    ['app,app notin (api-server)', 9],
    ['!app', 2],
    ['app=api-server,app!=api-server', 0],
  ])('selects by the labels %s', async (selector, count) => {
    const { body } = await call(`${pods}?labelSelector=${encodeURIComponent(selector)}`);
    expect(names(body)).toHaveLength(count);
  });

  it('selects by fields, and refuses those it does not know', async () => {
    const by = (selector: string) => call(`/api/v1/pods?fieldSelector=${encodeURIComponent(selector)}`);
    expect(names((await by('metadata.name=api-server-abc123')).body)).toEqual(['api-server-abc123']);
    expect(names((await by('metadata.namespace!=production')).body)).toEqual([]);
    expect(await by('spec.nodeName=n')).toMatchObject({ status: 400 });
    expect(await call(`${pods}?labelSelector=${encodeURIComponent('===')}`)).toMatchObject({ status: 400 });
  });

  it('lists page by page', async () => {
    const seen: string[] = [];
    let next = '';
    do {
      const { body } = await call(`${pods}?limit=5&continue=${next}`);
      seen.push(...names(body));
      next = metadataOf(body)['continue'] ?? '';
    } while (next !== '');
    expect(seen).toEqual(names((await call(pods)).body));
    expect(await call(`${pods}?continue=nonsense`)).toMatchObject({ status: 400 });
  });
});

describe('create', () => {
  const create = (path: string, body: unknown) => call(path, { method: 'POST', body });

  it('makes what was sent, with what the server adds', async () => {
    const { status, body } = await create(pods, { metadata: { name: 'mine' }, spec: { containers } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'Pod',
      metadata: { name: 'mine', namespace: 'production', generation: 1, uid: expect.any(String) },
      spec: { terminationGracePeriodSeconds: 30 },
    });
    expect(Number(metadataOf((await call(pods)).body)['resourceVersion'])).toBeGreaterThanOrEqual(
      Number(metadataOf(body)['resourceVersion']),
    );
  });

  const template = { metadata: { labels: { app: 'x' } }, spec: { containers } };
  it.each([
    ['no name', pods, { metadata: {}, spec: { containers } }, 422, 'metadata.name'],
    ['a bad name', pods, { metadata: { name: 'A_b' }, spec: { containers } }, 422, 'metadata.name'],
    ['no containers', pods, { metadata: { name: 'x' }, spec: {} }, 422, 'spec.containers'],
    [
      'a play that nobody knows',
      pods,
      { metadata: { name: 'x', annotations: { 'sandbox.belay.run/play': 'dance' } }, spec: { containers } },
      400,
      undefined,
    ],
    [
      'a selector that misses its own pods',
      deployments,
      { metadata: { name: 'x' }, spec: { selector: { matchLabels: { app: 'y' } }, template } },
      422,
      'spec.template.metadata.labels',
    ],
    [
      'a selector of nothing',
      deployments,
      { metadata: { name: 'x' }, spec: { selector: {}, template } },
      422,
      'spec.template.metadata.labels',
    ],
    [
      'another kind',
      pods,
      { kind: 'Deployment', metadata: { name: 'x' }, spec: { containers } },
      400,
      undefined,
    ],
    [
      'another namespace',
      pods,
      { metadata: { name: 'x', namespace: 'default' }, spec: { containers } },
      400,
      undefined,
    ],
    ['a text', pods, '"pod"', 400, undefined],
    ['no JSON', pods, '{', 400, undefined],
  ])('refuses %s', async (_what, path, body, status, field) => {
    const details = field === undefined ? {} : { causes: [{ field }] };
    const failure = { kind: 'Status', status: 'Failure', code: status, details };
    expect(await create(path, body)).toMatchObject({ status, body: failure });
  });

  it('answers 409 for a name that is taken and 404 for a namespace that is not there', async () => {
    const taken = { metadata: { name: 'api-server-abc123' }, spec: { containers } };
    expect(await create(pods, taken)).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });
    expect(await create('/api/v1/namespaces/nowhere/pods', taken)).toMatchObject({ status: 404 });
  });

  it('reads JSON only, and not much of it', async () => {
    const body = 'apiVersion: v1';
    expect(await call(pods, { method: 'POST', body, contentType: 'application/yaml' })).toMatchObject({
      status: 415,
    });
    expect(await create(pods, `"${'x'.repeat(1_100_000)}"`)).toMatchObject({ status: 413 });
  });
});

describe('patch', () => {
  const patch = (body: unknown, contentType: string, path = crashing) =>
    call(path, { method: 'PATCH', body, contentType });

  it.each([merge, 'application/strategic-merge-patch+json'])('merges %s', async (contentType) => {
    const body = { metadata: { labels: { tier: 'a', app: null }, annotations: { note: 'x' } } };
    const { status, body: patched } = await patch(body, contentType);
    expect(status).toBe(200);
    const { labels } = metadataOf(patched) as unknown as { labels: Record<string, string> };
    expect(labels).toMatchObject({ tier: 'a', 'remediator.kubedojo.io/enabled': 'true' });
    expect(labels).not.toHaveProperty('app');
  });

  it('applies a JSON patch, whole or not at all', async () => {
    const add = { op: 'add', path: '/metadata/annotations/a~1b', value: 'x' };
    const { body } = await patch(
      [{ op: 'test', path: '/metadata/name', value: 'api-server-abc123' }, add],
      jsonPatch,
    );
    expect(body).toMatchObject({ metadata: { annotations: { 'a/b': 'x' } } });
    const failing = [
      { op: 'replace', path: '/metadata/annotations/a~1b', value: 'y' },
      { op: 'remove', path: '/nothing' },
    ];
    expect(await patch(failing, jsonPatch)).toMatchObject({ status: 422 });
    expect((await call(crashing)).body).toMatchObject({ metadata: { annotations: { 'a/b': 'x' } } });
  });

  it('counts generations by the spec, and leaves alone what a patch does not change', async () => {
    const path = `${deployments}/worker`;
    const { body: before } = await call(path);
    const { body: same } = await patch({ spec: { replicas: 3 } }, merge, path);
    expect(same).toEqual(before);
    const { body: after } = await patch({ spec: { replicas: 4 } }, merge, path);
    expect(after).toMatchObject({ metadata: { generation: Number(metadataOf(before)['generation']) + 1 } });
    expect(metadataOf(after)['resourceVersion']).not.toBe(metadataOf(before)['resourceVersion']);
  });

  it.each([
    ['the uid', { metadata: { uid: 'u' } }, merge, 422],
    ['the name', { metadata: { name: 'n' } }, merge, 422],
    ['an old version', { metadata: { resourceVersion: '1' } }, merge, 409],
    ['the spec of a pod', { spec: { containers: [{ name: 'main', image: 'other' }] } }, merge, 422],
    ['a directive of a strategic merge', { spec: { containers: [{ $patch: 'replace' }] } }, merge, 422],
    ['a directive', { metadata: { $patch: 'delete' } }, 'application/strategic-merge-patch+json', 400],
    ['a list as a merge', [], merge, 400],
    ['an operation that nobody knows', [{ op: 'dance', path: '/' }], jsonPatch, 400],
    ['a prototype', [{ op: 'add', path: '/__proto__/polluted', value: 'x' }], jsonPatch, 422],
    ['an apply', {}, 'application/apply-patch+yaml', 415],
  ])('refuses %s', async (_what, body, contentType, status) => {
    expect(await patch(body, contentType)).toMatchObject({ status });
  });

  it('changes no selector and no status', async () => {
    const path = `${deployments}/worker`;
    const selector = { matchLabels: { app: 'other' } };
    expect(await patch({ spec: { selector } }, merge, path)).toMatchObject({ status: 422 });
    const { body } = await patch({ status: { readyReplicas: 99 } }, merge, path);
    expect(body).toMatchObject({ status: { readyReplicas: 3 } });
  });

  it('lets no key of an object become its prototype', async () => {
    const body = '{"metadata":{"annotations":{"__proto__":{"polluted":"x"},"note":"y"}}}';
    expect(await patch(body, merge)).toMatchObject({ status: 200 });
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('delete', () => {
  const remove = (path: string, body?: unknown) =>
    call(path, { method: 'DELETE', ...(body !== undefined && { body }) });

  it('makes a pod Terminating for its grace period', async () => {
    const { status, body } = await remove(crashing);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'Pod',
      metadata: { deletionTimestamp: '2026-03-03T03:12:30Z', deletionGracePeriodSeconds: 30 },
    });
    expect((await call(crashing)).body).toEqual(body);
    expect((await remove(crashing)).body).toEqual(body);
    expect((await remove(crashing, { gracePeriodSeconds: 0 })).status).toBe(200);
    expect((await call(crashing)).status).toBe(404);
  });

  it('holds preconditions against the pod that is there', async () => {
    const { uid } = metadataOf((await call(crashing)).body);
    for (const preconditions of [{ uid: 'other' }, { uid: '' }, { uid, resourceVersion: '1' }]) {
      expect(await remove(crashing, { preconditions })).toMatchObject({
        status: 409,
        body: { reason: 'Conflict', message: expect.stringContaining('does not match') },
      });
    }
    expect((await call(crashing)).body).not.toHaveProperty('metadata.deletionTimestamp');
    expect((await remove(crashing, { preconditions: { uid } })).status).toBe(200);
  });

  it('only shows what a dry run would do', async () => {
    expect((await remove(`${crashing}?dryRun=All`)).body).toHaveProperty('metadata.deletionTimestamp');
    expect((await remove(crashing, { dryRun: ['All'] })).status).toBe(200);
    expect((await remove(`${deployments}/worker?dryRun=All`)).status).toBe(200);
    expect((await call(crashing)).body).not.toHaveProperty('metadata.deletionTimestamp');
    expect((await call(`${deployments}/worker`)).status).toBe(200);
  });

  it.each([pods, `${pods}/`, '/api/v1/pods', '/api/v1/namespaces/production', `${pods}?labelSelector=app`])(
    'deletes no more than one object: not %s',
    async (path) => {
      const before = names((await call(pods)).body);
      expect((await remove(path)).status).toBeGreaterThanOrEqual(404);
      expect(names((await call(pods)).body)).toEqual(before);
    },
  );

  it('takes what a Deployment owns with it', async () => {
    expect((await remove(`${deployments}/worker`)).body).toMatchObject({ status: 'Success' });
    const { body } = await call(`${pods}?labelSelector=app%3Dworker`);
    const left = (body as { items: { metadata: object }[] }).items;
    expect(left.every(({ metadata }) => 'deletionTimestamp' in metadata)).toBe(true);
    const sets = await call('/apis/apps/v1/replicasets?labelSelector=app%3Dworker');
    expect(names(sets.body)).toEqual([]);
  });

  it.each(['POST', 'PUT', 'DELETE'])('answers 405 to a %s where there is none', async (method) => {
    expect(await call('/version', { method, body: {} })).toMatchObject({ status: 405 });
    expect(await call(`${crashing}`, { method: 'PUT', body: {} })).toMatchObject({ status: 405 });
  });
});
