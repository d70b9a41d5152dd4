import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { HandlerContext } from '#lib/bus/pipeline.ts';
import { noControls } from '#lib/control/control-state.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { incidentReportedHandler } from '../../services/decision/handlers/incident-reported.ts';
import type { DecideRequest, Guardrails } from '../../services/decision/ports.ts';
import { aboutOf, slotWants } from '../support/slot-wants.ts';

const RUNBOOK = new URL('../../runbooks/restart-pod.yaml', import.meta.url).pathname;

/** What the handler asks the guardrails for a crash loop, with its record, for any service and decision. */
export async function requestMaker(): Promise<(id: string) => DecideRequest> {
  const { record } = await askedForOne();
  const { limits } = slotWants();
  const unlimited = {
    ...limits,
    maxConcurrentActions: MANY,
    concurrency: SCOPES,
    storm: STORM,
    budget: BUDGET,
  };
  return (id) => ({
    decisionId: `dec-${id}`,
    about: aboutOf({ target: 'prod', namespace: 'production', service: `svc-${id}` }),
    wants: {
      ...slotWants({ service: `svc-${id}`, resource: `pod/production/svc-${id}-x` }),
      workload: `prod/production/svc-${id}`,
      limits: unlimited,
    },
    record,
    now: new Date(),
  });
}

const MANY = 1_000_000_000;
const BUDGET = { global: 0, perTarget: 0 };
const STORM = { services: MANY, percent: 0 };
const SCOPES = { global: MANY, perTarget: MANY, perNamespace: MANY, perService: MANY };

async function askedForOne(): Promise<DecideRequest> {
  const asked = Promise.withResolvers<DecideRequest>();
  const guardrails = {
    decide: async (request: DecideRequest) => {
      asked.resolve(request);
      return { status: 'released', record: '', checks: [], trial: false, storm: undefined };
    },
  } as unknown as Guardrails;
  const now = new Date();
  const { runbooks } = await loadRunbookFiles([RUNBOOK]);
  const handler = incidentReportedHandler({
    guardrails,
    runbooks: () => runbooks,
    cases: { open: async () => {}, reopened: async () => {} },
    controls: () => noControls,
    targets: ['prod'],
    policy: {
      maxIncidentAgeMs: 600_000,
      maxAttempts: 1,
      actWithinMs: 300_000,
      concurrency: SCOPES,
      storm: STORM,
      budget: BUDGET,
    },
  });
  const data = IncidentReported.fromPartial({
    incidentId: 'inc-1',
    service: 'api-server',
    symptom: 'CrashLoopBackOff',
    probableCause: 'pod_crash_loop',
    confidence: 0.95,
    resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'api-server-1' },
    startedAt: now,
    reportedAt: now,
  });
  await handler({ type: 'IncidentReported', id: 'evt-1', source: 'bench', data }, { now } as HandlerContext);
  return asked.promise;
}
