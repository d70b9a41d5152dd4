import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { clientsOf, closedIncident, dataOf } from '../support/stack.ts';
import { testCluster } from '../support/test-cluster.ts';

// What somebody sees who is woken at night, on the command line of a system that runs.

let stack: EmbeddedStack;
beforeAll(async () => {
  stack = await startEmbeddedStack(['--runbooks', 'runbooks/restart-pod.yaml']);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  removeFolders();
}, 60_000);

const belay = belayOn(() => stack);

async function report(app: string, pod: string) {
  const what = ['--service', app, '--symptom', 'CrashLoopBackOff', '--cause', 'pod_crash_loop'];
  const where = ['--resource', `pod/${pod}`, '-n', 'production', '--target', stack.target];
  const { code, stdout, stderr } = await belay(
    ...['incident', 'report', ...what, ...where, '--confidence', '0.95', '--wait', '-o', 'json'],
  );
  return { code, stderr, ...(JSON.parse(stdout) as Record<string, unknown>) } as {
    readonly code: number;
    readonly stderr: string;
    readonly alreadyOpen?: boolean;
    readonly openSince?: string;
    readonly incident: { readonly incidentId: string };
    readonly timeline: readonly { readonly type: string }[];
  };
}

const decisionsIn = ({ timeline }: Awaited<ReturnType<typeof report>>): number =>
  timeline.filter(({ type }) => type === 'DecisionMade').length;

it('a report of what is open already does not pass for a new attempt, and can be made one', async () => {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await testCluster(stack.kubeconfig).deploy(app, 1);
  const first = await report(app, pod);
  expect(first).toMatchObject({ code: 3 });
  expect(first.alreadyOpen).toBeUndefined();

  const { incidentId } = first.incident;
  const second = await report(app, pod);
  expect(second).toMatchObject({ code: 3, alreadyOpen: true, incident: { incidentId } });
  expect(Date.parse(second.openSince ?? '')).toBeLessThan(Date.now());
  expect(second.stderr).toContain(`Open already since ${second.openSince}. Decided then: `);
  expect(second.stderr).toContain(
    `Nothing was done now. To have it considered again: belay incident resolve`,
  );

  expect(await belay('incident', 'resolve', incidentId, '--reason', 'another look')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('resolved'),
  });
  const third = await report(app, pod);
  expect(third.alreadyOpen).toBeUndefined();
  expect([decisionsIn(first), decisionsIn(second), decisionsIn(third)]).toEqual([1, 1, 2]);
});

it('a kill switch for something that is no target is refused with the targets that there are', async () => {
  const { code, stderr } = await belay('kill-switch', 'engage', '--reason', 'drill', '--target', '*');
  expect(code).toBe(2);
  expect(stderr).toContain('there is no target "*"');
  expect(stderr).toContain('the targets are sandbox');
});

it('an action that is not under way cannot be cancelled, and it says where to look', async () => {
  const { code, stderr } = await belay('action', 'cancel', 'act-none', '--reason', 'drill');
  expect(code).toBe(5);
  expect(stderr).toContain('no action is under way with the id "act-none"');
  expect(stderr).toContain('belay decision list');
});

it('detectors report at the HTTP door that it names, and only its own runbooks are considered', async () => {
  const response = await fetch(`${stack.httpEndpoint}/v1/incidents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'worker', symptom: 'high_cpu', confidence: 0.9 }),
  });
  expect(response.status).toBe(201);
  const { incidentId } = (await response.json()) as { incidentId: string };
  const clients = clientsOf(stack);
  const found = await closedIncident(clients, incidentId);
  clients.close();
  // The catalogue that ships has scale-up for it.
  expect(dataOf<{ code: string }>(found, 'DecisionMade')?.code).toBe('no_runbook');
});
