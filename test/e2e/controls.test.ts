import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';

// What somebody does who has to keep a place still, on the command line of a system that runs.

let stack: EmbeddedStack;
let cluster: TestCluster;
beforeAll(async () => {
  stack = await startEmbeddedStack(['--runbooks', 'runbooks/restart-pod.yaml']);
  cluster = testCluster(stack.kubeconfig);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  removeFolders();
}, 60_000);

const belay = belayOn(() => stack);

async function json(...args: string[]) {
  const { stdout, stderr } = await belay(...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function report(app: string, pod: string) {
  const what = ['--service', app, '--symptom', 'CrashLoopBackOff', '--cause', 'pod_crash_loop'];
  const where = ['--resource', `pod/${pod}`, '-n', 'production', '--target', stack.target];
  const { code, stdout } = await belay(
    ...['incident', 'report', ...what, ...where, '--confidence', '0.95', '--wait', '-o', 'json'],
  );
  const { incident, timeline } = JSON.parse(stdout) as {
    incident: { incidentId: string };
    timeline: { text: string; outcome: string }[];
  };
  return { code, incident, words: timeline.map(({ text }) => text).join('\n') };
}

it('a freeze of the namespace stops a fix and says why; once it is lifted, the next one goes through', async () => {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await cluster.deploy(app, 3);
  const names = async () => (await cluster.pods(app)).map(({ metadata }) => metadata?.name);
  const before = await names();
  const made = await json(
    ...['freeze', 'create', '--namespace', 'production', '--for', '1h', '--reason', 'release week'],
  );
  expect(made).toMatchObject({ kind: 'Freeze', namespace: 'production', reason: 'release week' });

  const stopped = await report(app, pod);
  expect(stopped.code).toBe(3);
  expect(stopped.words).toMatch(
    /Not done: .*namespace production is frozen until \S+Z: release week \(.+\)\. Nothing changed\./,
  );
  expect(await names()).toEqual(before);
  expect((await belay('status')).stdout).toContain('namespace production');
  expect((await belay('target', 'show', stack.target)).stdout).toContain('acts in part');

  const id = String(made['id']);
  expect(await belay('freeze', 'lift', id.slice(0, 10), '--reason', 'release is out')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('lifted'),
  });
  await belay('incident', 'resolve', stopped.incident.incidentId, '--reason', 'another look');
  const after = await report(app, pod);
  expect({ code: after.code, words: after.words }).toMatchObject({ code: 0 });
  expect(await names()).not.toContain(pod);
  expect((await belay('freeze', 'lift', id, '--reason', 'again')).code).toBe(5);
}, 120_000);

it('what is set is listed with who and why, and gone when it is lifted', async () => {
  await belay('runbook', 'disable', 'restart-pod', '--reason', 'its check is wrong');
  const silence = await json(
    'silence',
    'create',
    '--service',
    'worker',
    '--for',
    '30m',
    '--reason',
    'load test',
  );
  await belay('kill-switch', 'engage', '--stop-all', '--target', stack.target, '--reason', 'drill');
  expect(await json('status')).toMatchObject({
    kind: 'Status',
    heartbeatAgeMs: expect.any(Number),
    killSwitches: [{ target: stack.target, reason: 'drill' }],
    silences: [{ service: 'worker', reason: 'load test', by: expect.stringMatching(/./) }],
    disabledRunbooks: [{ runbook: 'restart-pod', reason: 'its check is wrong' }],
    targets: [{ name: stack.target, mayAct: false, code: 'kill_switch' }],
  });
  const text = (await belay('status')).stdout;
  for (const words of ['ENGAGED stop-all', 'its check is wrong', 'load test', 'STOPPED'])
    expect(text).toContain(words);

  await belay('runbook', 'enable', 'restart-pod', '--reason', 'mended');
  await belay('silence', 'lift', String(silence['id']), '--reason', 'over');
  await belay('kill-switch', 'release', '--target', stack.target, '--reason', 'over');
  expect(await json('status')).toMatchObject({
    killSwitches: [],
    silences: [],
    disabledRunbooks: [],
    targets: [{ mayAct: true }],
  });
}, 120_000);

it.each([
  [2, 'nothing is named', ['freeze', 'create', '--for', '1h']],
  [2, '--namespace is empty', ['freeze', 'create', '--namespace', '', '--for', '1h']],
  [2, 'it has to end', ['freeze', 'create', '--all']],
  [2, 'is no time', ['freeze', 'create', '--all', '--until', '2026-03-03T06:00']],
  [2, 'more than 30 days', ['freeze', 'create', '--all', '--for', '31d']],
  [2, 'there is no target', ['freeze', 'create', '--target', 'prod', '--for', '1h']],
  [5, 'there is no runbook', ['runbook', 'disable', 'restart-pods']],
  [5, 'no silence is in force', ['silence', 'lift', 'sil-0']],
  [5, 'no quarantine is in force', ['quarantine', 'lift', 'res-0']],
])('exits %i and says: %s', async (code, words, args) => {
  const run = await belay(...args, '--reason', 'drill');
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: expect.stringContaining(words) });
});

it('the history tells who asked for what, also where it was refused', async () => {
  await eventually(async () => {
    const { stdout } = await belay('audit', 'query', '--outcome', 'RUNBOOK_UNKNOWN');
    expect(stdout).toContain(
      'asked for DecisionService/DisableRunbook on runbook-disabled/restart-pods: drill',
    );
  });
}, 30_000);
