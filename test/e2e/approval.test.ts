import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Clients, clientsOf, closedIncident, crashLoop, dataOf, typesOf } from '../support/stack.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';

// A fix that needs a person, on the command line of whoever is asked.

let folder: string;
let stack: EmbeddedStack;
let people: Clients;
let detector: Clients;
let cluster: TestCluster;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-approval-'));
  const runbook = parseDocument(readFileSync('runbooks/restart-pod.yaml', 'utf8'));
  runbook.setIn(['spec', 'decisionMode'], 'approval_required');
  runbook.setIn(['spec', 'approval'], { approvers: ['group:platform-oncall'], timer: 'PT10M' });
  const file = join(folder, 'restart-pod.yaml');
  writeFileSync(file, runbook.toString());
  stack = await startEmbeddedStack(['--runbooks', file]);
  people = clientsOf(stack);
  detector = clientsOf({ ...stack, token: stack.detectorToken });
  cluster = testCluster(stack.kubeconfig);
}, 120_000);
afterAll(async () => {
  people?.close();
  detector?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
}, 60_000);

const belay = belayOn(() => stack);

interface Shown {
  readonly state: string;
  readonly mine: boolean;
  readonly ending: string;
  readonly request: { readonly approvalId: string; readonly planHash: string; readonly changes: string[] };
}

async function asked(by: Clients, change = {}) {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await cluster.deploy(app, 3);
  const { incidentId } = await by.detector.reportIncident(crashLoop(stack, app, pod, change));
  const shown = await eventually(() => show(incidentId));
  return { app, pod, incidentId, ...shown.request };
}

async function show(id: string): Promise<Shown> {
  const { code, stdout, stderr } = await belay('approval', 'show', id, '-o', 'json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Shown;
}

describe('an approval', () => {
  it('is for the plan that was shown, carried out once, and explained', async () => {
    const { app, pod, incidentId, approvalId, planHash, changes } = await asked(detector);
    expect(changes).toEqual([`pod production/${pod} is deleted and replaced`]);
    const { stdout: list } = await belay('approval', 'list', '--mine');
    expect(list).toContain(approvalId.slice(0, 12));
    const { stdout: page } = await belay('approval', 'show', approvalId);
    expect(page).toMatch(/would change +pod production/);
    expect(page).toMatch(/target +ready peers +pass/);
    expect(page).toMatch(/decision +rate +pass +0 in 60 min/);

    expect(await belay('approve', approvalId)).toMatchObject({ code: 2 });
    const stale = await belay('approve', approvalId, '--plan', 'sha256:0000');
    expect(stale).toMatchObject({ code: 6, stderr: expect.stringContaining('PLAN_CHANGED') });
    expect(typesOf(await people.audit.getIncident({ id: incidentId }))).not.toContain('ActionStarted');

    const hash = planHash.replace('sha256:', '').slice(0, 12);
    const yes = await belay('approve', approvalId, '--plan', hash, '--reason', 'peers are fine');
    expect(yes).toMatchObject({ code: 0 });
    const found = await closedIncident(people, incidentId);
    expect(dataOf<{ actor: { name: string } }>(found, 'ApprovalAnswered')?.actor.name).toBe('local');
    const orders = found.timeline
      .filter(({ type }) => type === 'OrderIssued')
      .map(({ dataJson }) => JSON.parse(dataJson) as Record<string, unknown>);
    expect(orders).toMatchObject([
      { phase: 'ORDER_PHASE_PLAN' },
      {
        phase: 'ORDER_PHASE_EXECUTE',
        approvalId,
        approvedPlanHash: planHash,
        mode: 'MODE_APPROVAL_REQUIRED',
      },
    ]);
    expect(dataOf<{ verdict: string }>(found, 'ActionVerified')?.verdict).toBe('VERDICT_VERIFIED');
    expect(await cluster.readyPods(app)).not.toContain(pod);

    const late = await belay('approve', approvalId, '--plan', hash);
    expect(late).toMatchObject({ code: 6, stderr: expect.stringContaining('local approved it at') });
    expect(await show(approvalId)).toMatchObject({ state: 'ordered', mine: false });
  }, 60_000);

  it('that is denied changes nothing, and says who and why', async () => {
    const { app, pod, incidentId, approvalId } = await asked(detector);
    expect(await belay('deny', approvalId, '--reason', 'a sale is on')).toMatchObject({ code: 0 });
    const found = await closedIncident(people, incidentId);
    expect(dataOf<{ outcome: string }>(found, 'DecisionClosed')?.outcome).toBe('DECISION_OUTCOME_DENIED');
    expect((await cluster.pods(app)).map((p) => p.metadata?.name)).toContain(pod);
    expect((await show(approvalId)).ending).toContain('denied by local: a sale is on');
  });

  it('is not for whoever asked for the fix', async () => {
    const { incidentId, approvalId, planHash } = await asked(people);
    const own = await belay('approve', approvalId, '--plan', planHash);
    expect(own).toMatchObject({ code: 4, stderr: expect.stringContaining('SELF_APPROVAL') });
    await eventually(async () => {
      const { stdout } = await belay('audit', 'query', '--outcome', 'SELF_APPROVAL');
      if (!stdout.includes('CommandGiven')) throw new Error('the attempt is not in the history yet');
    });
    await people.detector.resolveIncident({ incidentId, reason: 'it went away' });
    const found = await closedIncident(people, incidentId);
    expect(dataOf<{ outcome: string }>(found, 'DecisionClosed')?.outcome).toBe('DECISION_OUTCOME_RESOLVED');
  });

  it('of what is another by now is asked for anew, and the old one does nothing', async () => {
    const { app, pod, incidentId, approvalId, planHash } = await asked(detector);
    // Somebody else was faster: the pod of that name is gone.
    await cluster.removePod(pod);
    await eventually(async () => {
      const left = (await cluster.pods(app)).map((p) => p.metadata?.name);
      if (left.includes(pod)) throw new Error(`${pod} is still there`);
    });
    expect(await belay('approve', approvalId, '--plan', planHash)).toMatchObject({ code: 0 });
    const found = await closedIncident(people, incidentId);
    expect(dataOf<{ code: string }>(found, 'ActionAborted')?.code).toBe('plan_changed');
    expect(typesOf(found)).not.toContain('ActionStarted');
    const { decision } = await people.audit.explainDecision({ id: incidentId });
    expect(decision).toMatchObject({ attempt: 2, code: 'plan_changed' });
  });
});
