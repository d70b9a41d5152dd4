import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { callSandbox, openSandbox } from '../../../../test/support/call-sandbox.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { type SandboxCluster, startSandboxCluster } from '../start-sandbox-cluster.ts';

const pods = '/api/v1/namespaces/production/pods';
const crashing = `${pods}/api-server-abc123`;

interface Event {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly code?: number;
    readonly metadata: Record<string, unknown>;
  };
}

let clock: ManualClock;
let sandbox: SandboxCluster;
beforeEach(async () => {
  clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
  sandbox = await startSandboxCluster({ clock });
});
afterEach(() => sandbox.stop());

const versionOf = async () => {
  const { body } = await callSandbox(sandbox, { path: pods });
  return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
};
const label = (path: string, labels: Record<string, string | null>) =>
  callSandbox(sandbox, {
    path,
    method: 'PATCH',
    body: { metadata: { labels } },
    contentType: 'application/merge-patch+json',
  });
const watch = async (query: string, accept?: string) => {
  const response = await openSandbox(sandbox, {
    path: `${pods}?watch=1&${query}`,
    ...(accept && { accept }),
  });
  return { response, events: collect(response) };
};
const shown = (events: readonly Event[]) =>
  events.map(({ type, object }) => `${type} ${String(object.metadata['name'])}`);

function collect(response: IncomingMessage): Event[] {
  const events: Event[] = [];
  const lines = createInterface(response).on('line', (line) => events.push(JSON.parse(line) as Event));
  // The sandbox stops under those that still watch.
  lines.on('error', () => {});
  return events;
}

it('begins with what is there when it is given no version', async () => {
  const { events } = await watch('labelSelector=app%3Dsingleton');
  await eventually(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({ type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1' } });
});

it('tells what was missed since a version, and then what happens', async () => {
  const version = await versionOf();
  await label(crashing, { seen: 'before' });
  const { events } = await watch(
    `resourceVersion=${version}&fieldSelector=metadata.name%3Dapi-server-abc123`,
  );
  await eventually(() => expect(shown(events)).toEqual(['MODIFIED api-server-abc123']));
  await callSandbox(sandbox, { path: crashing, method: 'DELETE', body: { gracePeriodSeconds: 0 } });
  await eventually(() =>
    expect(shown(events)).toEqual([
      'MODIFIED api-server-abc123',
      'MODIFIED api-server-abc123',
      'DELETED api-server-abc123',
    ]),
  );
  const versions = events.map(({ object }) => Number(object.metadata['resourceVersion']));
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
});

it('adds and deletes what begins and ceases to match', async () => {
  const { events } = await watch('labelSelector=marked');
  await label(crashing, { marked: 'x' });
  await label(crashing, { marked: 'y' });
  await label(crashing, { marked: null });
  await label(crashing, { other: 'z' });
  await eventually(() => expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']));
});

it('says 410 to a version that it has forgotten, and ends', async () => {
  const version = await versionOf();
  for (let i = 0; i < 1_001; i += 1)
    sandbox.play(
      { namespace: 'production', name: 'api-server-abc123' },
      i % 2 ? 'crash-loop' : 'never-ready',
    );
  const { response, events } = await watch(`resourceVersion=${version}`);
  await eventually(() => expect(response.readableEnded).toBe(true));
  expect(events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
});

it('ends after the seconds that the client asked for', async () => {
  const { response } = await watch('timeoutSeconds=30&labelSelector=none');
  await clock.advance(29_999);
  expect(response.readableEnded).toBe(false);
  await clock.advance(1);
  await eventually(() => expect(response.readableEnded).toBe(true));
});

it('comes as the rows of a table when kubectl asks for them', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const { events } = await watch('fieldSelector=metadata.name%3Dapi-server-abc123', accept);
  await eventually(() => expect(events).toHaveLength(1));
  expect(events[0]?.object).toMatchObject({
    kind: 'Table',
    columnDefinitions: [
      { name: 'Name' },
      { name: 'Ready' },
      { name: 'Status' },
      { name: 'Restarts' },
      { name: 'Age' },
    ],
    rows: [{ cells: ['api-server-abc123', '0/1', 'CrashLoopBackOff', 1, '0s'] }],
  });
});
