import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientsOf,
  type Clients,
  closedIncident,
  crashLoop,
  dataOf,
  decidedIncident,
  type Stack,
  typesOf,
} from '../support/stack.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';
import { eventually } from '../support/eventually.ts';

/** One fix, all the way, on any stack: what an engineer would see of it from outside. */
export function threadSuite(name: string, start: () => Promise<Stack>): void {
  describe(`the thread on ${name}`, () => {
    let stack: Stack;
    let clients: Clients;
    let cluster: TestCluster;

    beforeAll(async () => {
      stack = await start();
      clients = clientsOf(stack);
      cluster = testCluster(stack.kubeconfig);
    }, 120_000);
    afterAll(async () => {
      clients?.close();
      await stack?.stop();
    }, 60_000);

    const newApp = () => `app-${randomUUID().slice(0, 8)}`;

    it('replaces a crash-looping pod that has peers, verifies it, and explains it', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3);
      const { incidentId } = await clients.detector.reportIncident(
        crashLoop(stack, app, pod, { externalId: `EXT-${app}` }),
      );
      const found = await closedIncident(clients, incidentId);
      expect(typesOf(found)).toEqual(
        expect.arrayContaining([
          'IncidentReported',
          'DecisionMade',
          'OrderIssued',
          'ActionStarted',
          'StepFinished',
          'ActionFinished',
          'StateSampled',
          'ActionVerified',
          'ActionSettled',
          'DecisionClosed',
        ]),
      );
      expect(dataOf<{ verdict: string }>(found, 'ActionVerified')?.verdict).toBe('VERDICT_VERIFIED');
      expect(typesOf(found).filter((type) => type === 'ActionSettled')).toHaveLength(1);
      const ready = await cluster.readyPods(app);
      expect(ready).toHaveLength(3);
      expect(ready).not.toContain(pod);
      const { decision } = await clients.audit.explainDecision({ id: `EXT-${app}` });
      expect(decision?.checks.length).toBeGreaterThan(5);
      expect(decision?.summary).toContain('restart-pod runs');
    });

    it('does nothing on a second report of the same episode', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3);
      const report = crashLoop(stack, app, pod);
      const first = await clients.detector.reportIncident(report);
      const second = await clients.detector.reportIncident(report);
      expect(second).toEqual({ incidentId: first.incidentId, alreadyOpen: true });
      await closedIncident(clients, first.incidentId);
      const third = await clients.detector.reportIncident(report);
      expect(third.alreadyOpen).toBe(true);
      const found = await closedIncident(clients, first.incidentId);
      expect(typesOf(found).filter((type) => type === 'OrderIssued')).toHaveLength(1);
    });

    it('does not run again on a service before its cooldown is over, and says when it may', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3);
      const first = await clients.detector.reportIncident(crashLoop(stack, app, pod));
      await closedIncident(clients, first.incidentId);
      const [other = ''] = await cluster.readyPods(app);
      const { incidentId } = await clients.detector.reportIncident(
        crashLoop(stack, app, other, { symptom: 'OOMKilled', probableCause: 'pod_oom_killed' }),
      );
      expect(typesOf(await decidedIncident(clients, incidentId))).not.toContain('OrderIssued');
      const { decision } = await clients.audit.explainDecision({ id: incidentId });
      expect(decision).toMatchObject({ code: 'cooling_down', retryAt: expect.any(Date) as Date });
      expect(decision?.checks).toContainEqual(
        expect.objectContaining({ name: 'rate', observed: '1 in 60 min', limit: '5' }),
      );
      expect(await cluster.readyPods(app)).toContain(other);
      await clients.detector.resolveIncident({ incidentId, reason: 'it went away' });
      const found = await closedIncident(clients, incidentId);
      expect(dataOf<{ outcome: string }>(found, 'DecisionClosed')?.outcome).toBe('DECISION_OUTCOME_RESOLVED');
    });

    it('aborts on a singleton, with the reason, and changes nothing', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 1);
      const { incidentId } = await clients.detector.reportIncident(crashLoop(stack, app, pod));
      const found = await closedIncident(clients, incidentId);
      expect(dataOf<{ code: string; reason: string }>(found, 'ActionAborted')).toMatchObject({
        code: 'pre_check_failed',
        reason: expect.stringContaining('only 0 Ready pod(s)') as string,
      });
      expect(dataOf<{ outcome: string; effect: string }>(found, 'ActionSettled')).toMatchObject({
        outcome: 'SETTLED_OUTCOME_ABORTED',
        effect: 'EFFECT_NONE',
      });
      expect((await cluster.pods(app)).map((p) => p.metadata?.name)).toEqual([pod]);
    });

    it('leaves a pod alone that never opted in', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3, { optedIn: false });
      const { incidentId } = await clients.detector.reportIncident(crashLoop(stack, app, pod));
      const found = await closedIncident(clients, incidentId);
      expect(dataOf<{ reason: string }>(found, 'ActionAborted')?.reason).toContain('has not opted in');
      expect((await cluster.pods(app)).map((p) => p.metadata?.name)).toContain(pod);
    });

    it('suggests at confidence 0.5, and does nothing', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3);
      const { incidentId } = await clients.detector.reportIncident(
        crashLoop(stack, app, pod, { confidence: 0.5 }),
      );
      const found = await closedIncident(clients, incidentId);
      expect(dataOf<{ mode: string; code: string }>(found, 'DecisionMade')).toMatchObject({
        mode: 'MODE_SUGGEST',
        code: 'low_confidence',
      });
      const suggestion = dataOf<{ suggestionOnly: boolean; changes: string[] }>(found, 'ApprovalRequested');
      expect(suggestion?.suggestionOnly).toBe(true);
      expect(suggestion?.changes[0]).toContain(pod);
      expect(typesOf(found)).not.toContain('ActionStarted');
      expect((await cluster.pods(app)).map((p) => p.metadata?.name)).toContain(pod);
    });

    it('leaves to people what no runbook matches', async () => {
      const report = crashLoop(stack, newApp(), 'x', { symptom: 'unknown_issue', probableCause: '' });
      const { incidentId } = await clients.detector.reportIncident(report);
      const found = await closedIncident(clients, incidentId);
      expect(dataOf<{ code: string }>(found, 'DecisionMade')?.code).toBe('no_runbook');
    });

    it('stops at the kill switch, says why, and goes on when it is released', async () => {
      const app = newApp();
      const pod = await cluster.deploy(app, 3);
      await clients.decision.engageKillSwitch({ reason: 'drill', target: '', state: 0 });
      try {
        await eventually(async () => {
          const { controls } = await clients.decision.getControls({});
          expect(controls.some((c) => c.reason === 'drill')).toBe(true);
        });
        const { incidentId } = await clients.detector.reportIncident(crashLoop(stack, app, pod));
        const found = await decidedIncident(clients, incidentId);
        expect(dataOf<{ code: string }>(found, 'DecisionMade')?.code).toBe('kill_switch');
        await clients.detector.resolveIncident({ incidentId, reason: 'it went away' });
        expect(dataOf<{ summary: string }>(found, 'DecisionMade')?.summary).toContain('drill');
        expect((await cluster.pods(app)).map((p) => p.metadata?.name)).toContain(pod);
      } finally {
        await clients.decision.releaseKillSwitch({ reason: 'drill over', target: '' });
      }
      await eventually(async () => {
        const { controls } = await clients.decision.getControls({});
        expect(controls.some((c) => c.reason === 'drill')).toBe(false);
      });
      const other = newApp();
      const { incidentId } = await clients.detector.reportIncident(
        crashLoop(stack, other, await cluster.deploy(other, 3)),
      );
      expect(typesOf(await closedIncident(clients, incidentId))).toContain('ActionVerified');
    });
  });
}
