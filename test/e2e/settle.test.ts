import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { removeFolders, runBelay } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';

// A target that goes away behind an effect, and what somebody does about it on the command line.

const folder = mkdtempSync(join(tmpdir(), 'belay-settle-'));
/** An executor is silent for as long as its order may wait, and 15 s: until then the API stays away. */
const POLICY = { actWithinMs: 8_000, maxAttempts: 1 };
const OUTAGE = '35s';

let stack: EmbeddedStack;
let cluster: TestCluster;
beforeAll(async () => {
  stack = await startEmbeddedStack(['--runbooks', runbookFile(), '--policy', policyFile()]);
  cluster = testCluster(stack.kubeconfig);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
}, 60_000);

/** restart-pod, that neither rests nor is disabled when it cannot tell. */
function runbookFile(): string {
  const runbook = parseDocument(readFileSync('runbooks/restart-pod.yaml', 'utf8'));
  runbook.setIn(['spec', 'guardrails', 'cooldownMinutes'], 0);
  runbook.setIn(['spec', 'steps', 0, 'timeoutSeconds'], 1);
  runbook.setIn(['spec', 'escalation', 'onVerificationFailure'], 'page_service_owner');
  const file = join(folder, 'restart-pod.yaml');
  writeFileSync(file, runbook.toString());
  return file;
}

function policyFile(): string {
  const file = join(folder, 'decision.yaml');
  writeFileSync(file, stringify({ policy: POLICY }));
  return file;
}

const belay = belayOn(() => stack);

interface Shown {
  readonly incident: { readonly incidentId: string; readonly outcome: string };
  readonly timeline: readonly { type: string; outcome: string; text: string; actionId: string }[];
}

async function report(app: string, pod: string) {
  const what = ['--service', app, '--symptom', 'CrashLoopBackOff', '--cause', 'pod_crash_loop'];
  const where = ['--resource', `pod/${pod}`, '-n', 'production', '--target', stack.target];
  const { code, stdout, stderr } = await belay(
    ...['incident', 'report', ...what, ...where, '--confidence', '0.95', '--wait', '--timeout', '90s'],
    ...['-o', 'json'],
  );
  if (stdout === '') throw new Error(stderr);
  return { code, stderr, ...(JSON.parse(stdout) as Shown) };
}

async function show(id: string) {
  const { stdout, stderr } = await belay('incident', 'show', id, '-o', 'json');
  return { stderr, ...(JSON.parse(stdout) as Shown) };
}

const settle = (id: string, outcome: string) =>
  belay('action', 'settle', id, '--outcome', outcome, '--reason', 'the pod is a new one', '-o', 'json');

it('what nobody can tell keeps a workload still until somebody says it; then automation goes on', async () => {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await cluster.deploy(app, 4);
  const [other = ''] = await cluster.readyPods(app);
  await cluster.goAwayWith(pod, OUTAGE);

  const first = await report(app, pod);
  const { actionId } = first.timeline.find(({ type }) => type === 'ActionSettled') ?? { actionId: '' };
  expect(first).toMatchObject({ code: 3, incident: { outcome: 'needs you' } });
  expect(first.stderr).toContain(`belay action settle ${actionId} --outcome done|not-done`);

  // Its resource is in quarantine, and no other one of its workload is touched either.
  const list = await belay('quarantine', 'list');
  expect(list.stdout).toContain(`${actionId.slice(0, 12)}  pod production/${pod}`);
  expect(list.stderr).toContain('belay action settle ID');
  const locked = await report(app, other);
  expect(locked.code).toBe(3);
  expect(locked.timeline).toContainEqual(
    expect.objectContaining({ type: 'DecisionMade', outcome: 'workload_locked' }),
  );

  const settled = await settle(actionId.slice(0, 12), 'done');
  expect(settled).toMatchObject({ code: 0, stderr: expect.stringMatching(/^context .*\n.*free again/) });
  expect(JSON.parse(settled.stdout)).toMatchObject({
    kind: 'ActionSettlement',
    actionId,
    incidentId: first.incident.incidentId,
    outcome: 'done',
  });
  expect((await settle(actionId, 'done')).stdout).toBe(settled.stdout);
  expect(await settle(actionId, 'not-done')).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('settled as done already'),
  });
  await eventually(async () => expect((await belay('quarantine', 'list')).stdout).not.toContain(pod));

  // The target is back, and so is the executor with what it found there. The verdict stands.
  const after = await eventually(async () => {
    const shown = await show(first.incident.incidentId);
    expect(shown.timeline).toContainEqual(expect.objectContaining({ type: 'ActionFinished' }));
    return shown;
  }, 90_000);
  expect(after.incident.outcome).toBe('left to people');
  expect(after.stderr).not.toContain('action settle');
  const verdicts = after.timeline.filter(({ type }) => /^Action(Settled|Resolved)$/.test(type));
  expect(verdicts.map(({ outcome }) => outcome)).toEqual(['unknown', 'resolved_done']);

  await belay('incident', 'resolve', locked.incident.incidentId, '--reason', 'another look');
  const again = await report(app, other);
  expect({ code: again.code, words: again.timeline.map(({ text }) => text) }).toMatchObject({ code: 0 });
  expect((await cluster.pods(app)).map(({ metadata }) => metadata?.name)).not.toContain(other);
}, 240_000);

it('is for operators, about what there is, and the history tells of everybody who tried', async () => {
  expect((await settle('act-of-nobody', 'done')).code).toBe(5);
  expect((await settle('act-of-nobody', 'perhaps')).code).toBe(2);
  const args = ['action', 'settle', 'act-of-nobody', '--outcome', 'done', '--reason', 'drill'];
  const env = { BELAY_ENDPOINT: stack.endpoints.decision, BELAY_TOKEN: stack.detectorToken };
  expect((await runBelay(args, { env })).code).toBe(4);
  await eventually(async () => {
    const { stdout } = await belay('audit', 'query', '--type', 'CommandGiven');
    expect(stdout).toContain('VerificationService/SettleAction on act-of-nobody');
    const refused = await belay('audit', 'query', '--type', 'AccessRefused');
    expect(refused.stdout).toContain('may not call VerificationService/SettleAction');
  });
}, 60_000);
