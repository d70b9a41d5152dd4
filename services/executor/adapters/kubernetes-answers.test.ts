import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../ports.ts';
import { startSandboxCluster } from '../sandbox/start-sandbox-cluster.ts';
import { kubernetesCluster } from './kubernetes-cluster.ts';

/** What no API server should answer, and everything in front of one does some day. */
let server: Server;
let address: string;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const clusterThat = async (answers: RequestListener, timeoutMs = 2_000): Promise<Cluster> => {
  server = createServer(answers);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return kubernetesCluster({ server: address, token: 'secret-token', timeoutMs });
};
const answering = (status: number, body: unknown, headers = {}) =>
  clusterThat((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
const pod = { namespace: 'production', name: 'web', uid: 'u' };
const status = (code: number, reason: string, message: string, details = {}) => ({
  ...{ kind: 'Status', status: 'Failure', reason, message, details, code },
});

describe('a 404', () => {
  it.each<[string, unknown]>([
    ['of a gateway', '<html>not found</html>'],
    ['in JSON of a gateway', { error: 'not found' }],
    ['about the path', status(404, 'NotFound', 'the server could not find the requested resource')],
    [
      'about another object',
      status(404, 'NotFound', 'namespaces "x" not found', { name: 'x', kind: 'namespaces' }),
    ],
  ])('%s does not say that the pod is gone', async (_whose, body) => {
    const cluster = await answering(404, body);
    const unreadable = { kind: 'unavailable', code: 'CLUSTER_ANSWER_UNREADABLE' };
    await expect(cluster.deletePod(pod)).rejects.toMatchObject(unreadable);
    await expect(cluster.pod('production', 'web')).rejects.toMatchObject(unreadable);
  });
});

describe('an answer that is none', () => {
  it.each<[string, number, unknown]>([
    ['a page', 200, '<html>welcome</html>'],
    ['half of one', 200, '{"metadata": {"name": "we'],
    [
      'a pod without a uid',
      200,
      { metadata: { name: 'web', namespace: 'production', creationTimestamp: '2026-03-03T03:12:00Z' } },
    ],
    ['a redirect', 302, ''],
    ['a bad request', 400, status(400, 'BadRequest', 'no')],
  ])('is not believed: %s', async (_what, code, body) => {
    const cluster = await answering(code, body, { location: 'http://127.0.0.1:1/' });
    await expect(cluster.pod('production', 'web')).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'CLUSTER_ANSWER_UNREADABLE',
    });
  });

  it('is cut off before it fills the memory', async () => {
    const cluster = await clusterThat((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1_048_576, ' ')));
        response.once('drain', more);
      };
      more();
    }, 10_000);
    await expect(cluster.pod('production', 'web')).rejects.toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('larger than'),
    });
  });

  it('is not waited for beyond the deadline, however it trickles in', async () => {
    const cluster = await clusterThat((_request, response) => {
      response.writeHead(200).write('{');
    }, 200);
    await expect(cluster.pod('production', 'web')).rejects.toMatchObject({
      kind: 'timeout',
      code: 'CLUSTER_TIMEOUT',
    });
  });
});

describe('a refusal', () => {
  it.each([429, 500, 502, 503, 504])('with %i is passing, and says why', async (code) => {
    const cluster = await answering(code, status(code, 'Busy', 'try again'), { 'retry-after': '1' });
    await expect(cluster.deletePod(pod)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'CLUSTER_UNAVAILABLE',
      why: 'try again',
    });
  });

  it('of an admission policy is not answered with a rule for RBAC', async () => {
    const message = 'admission webhook "policy" denied the request: not on a Friday';
    const cluster = await answering(403, status(403, 'Forbidden', message));
    await expect(cluster.deletePod(pod)).rejects.toMatchObject({
      kind: 'forbidden',
      why: message,
      next: expect.stringContaining('admission policy'),
    });
  });

  it('of a look at quotas is an answer, and of anything else it is none', async () => {
    const message = 'resourcequotas is forbidden: User "x" cannot list resource "resourcequotas"';
    const cluster = await answering(403, status(403, 'Forbidden', message));
    expect(await cluster.quotasOf('production')).toBe('not_readable');
    const ref = { kind: 'Deployment', namespace: 'production', name: 'web' };
    await expect(cluster.autoscalersOf(ref)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(cluster.deployed(ref)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('of the credentials themselves is no answer about quotas', async () => {
    const cluster = await answering(401, status(401, 'Unauthorized', 'Unauthorized'));
    await expect(cluster.quotasOf('production')).rejects.toMatchObject({
      code: 'CLUSTER_CREDENTIALS_REFUSED',
    });
  });

  it('with 409 says nothing about the uid: what is there does', async () => {
    const found = { metadata: { ...pod, creationTimestamp: '2026-03-03T03:12:00Z' } };
    const cluster = await clusterThat((request, response) => {
      const [code, body] = request.method === 'GET' ? [200, found] : [409, status(409, 'Conflict', 'busy')];
      response.writeHead(code).end(JSON.stringify(body));
    });
    await expect(cluster.deletePod(pod)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'CLUSTER_CONFLICT',
    });
    expect(await cluster.deletePod({ ...pod, uid: 'other' })).toBe('other');
  });
});

describe('connections', () => {
  /** Closes each connection as the second request on it arrives, as servers do that have just lost patience. */
  const impatient = async () => {
    const seen: string[] = [];
    const served = new Set<unknown>();
    const cluster = await clusterThat((request, response) => {
      seen.push(request.method ?? '');
      if (served.has(request.socket)) return request.socket.destroy();
      served.add(request.socket);
      response.writeHead(200).end(JSON.stringify({ gitVersion: 'v1.36.0', metadata: {} }));
      return undefined;
    });
    return { cluster, seen };
  };

  it('that were kept and have died do not fail a read', async () => {
    const { cluster, seen } = await impatient();
    await cluster.describe();
    expect(await cluster.describe()).toMatch(/^Kubernetes v1\.36\.0/);
    expect(seen).toEqual(['GET', 'GET', 'GET']);
  });

  it('that die under a deletion do not make it go out twice', async () => {
    const { cluster, seen } = await impatient();
    await cluster.describe();
    await expect(cluster.deletePod(pod)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'CLUSTER_UNAVAILABLE',
    });
    expect(seen).toEqual(['GET', 'DELETE']);
  });

  it('are made to nobody who cannot prove to be the cluster', async () => {
    const [one, other] = [await startSandboxCluster(), await startSandboxCluster()];
    try {
      const cluster = kubernetesCluster({ server: one.server, token: one.token, ca: other.ca });
      await expect(cluster.describe()).rejects.toMatchObject({
        kind: 'unavailable',
        why: expect.stringMatching(/certificate|signature/),
      });
      expect(one.requests()).toEqual([]);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });

  it('keep the path of a gateway in front of the cluster', async () => {
    const paths: (string | undefined)[] = [];
    await clusterThat((request, response) => {
      paths.push(request.url);
      response.writeHead(200).end(JSON.stringify({ gitVersion: 'v1.36.0' }));
    });
    await kubernetesCluster({ server: `${address}/clusters/one/`, token: 't' }).describe();
    expect(paths).toEqual(['/clusters/one/version']);
  });
});
