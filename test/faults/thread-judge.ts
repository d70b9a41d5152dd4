import { Mode } from '#gen/belay/v1/common.ts';
import { SettledOutcome, settledOutcomeToJSON } from '#gen/belay/v1/verification.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import { messageOf } from '#lib/errors.ts';
import type { AuditEvent } from '../lab/kubernetes.ts';
import { assertRead } from '../support/assert-read.ts';
import { eventually } from '../support/eventually.ts';
import { typesOf } from '../support/stack.ts';
import { nameOf } from './thread-kinds.ts';
import { NOTES, type Trial, type World } from './thread-round.ts';

const COMPLETE = [
  'IncidentReported',
  'DecisionMade',
  'OrderIssued',
  'ActionStarted',
  'StepFinished',
  'ActionFinished',
  'ActionVerified',
  'ActionSettled',
  'DecisionClosed',
];

const GATEWAY_TIMEOUT = 504;

/** Once everything that was written has been read by everyone, so that what comes too often has come. */
export async function judgeAll(world: World, trials: readonly Trial[]): Promise<string[]> {
  const violations = [...world.log.complaints];
  await untilRead(world).catch((error: unknown) => void violations.push(messageOf(error)));
  const deletes = await world.stack.kubernetes.readAuditEvents({
    verb: 'delete',
    resource: 'pods',
    user: 'admin',
  });
  for (const trial of trials) {
    trial.problems.push(
      ...deletionProblems(trial, deletes),
      ...settlementProblems(world, trial),
      ...(await timelineProblems(world, trial)),
    );
    violations.push(...trial.problems.map((problem) => `${nameOf(trial.kind)}: ${trial.app}: ${problem}`));
  }
  return violations;
}

/** What has to hold as soon as the decision is closed. */
export async function judgeNow(world: World, trial: Trial): Promise<void> {
  trial.problems.push(...(await lockProblems(world, trial)), ...(await workloadProblems(world, trial)));
}

/** One line a kind. `Bad` trials are violations; the notes say that the fault struck where it hurts. */
export function reportOf(trials: readonly Trial[]): string[] {
  return [...Map.groupBy(trials, (trial) => nameOf(trial.kind))].map(([name, group]) => {
    const count = (test: (trial: Trial) => boolean) => group.filter(test).length;
    const faults = count((trial) => trial.struck);
    const bad = count((trial) => trial.problems.length > 0);
    const notes = NOTES.map((note) => `${note} ${count((trial) => trial.notes.has(note))}`).join(', ');
    const slowest = Math.max(...group.map((trial) => trial.tookMs)) / 1_000;
    return `  ${name}: trials ${group.length}, faults ${faults}, bad ${bad}; ${notes}; slowest ${slowest.toFixed(1)} s`;
  });
}

/**
 * Names of a ReplicaSet's pods are never used again, so a name stands for a uid, and a second answer of 200
 * found the pod terminating. A request whose sender died is logged as a timeout, and the pod may be deleted
 * all the same: then it counts, since nobody else deletes pods here.
 */
function deletionProblems({ app, pod, notes }: Trial, deletes: readonly AuditEvent[]): string[] {
  const asked = deletes.filter(({ name = '' }) => name.startsWith(`${app}-`));
  const answered = asked.filter(({ code }) => code === 200);
  const cutOff = asked.filter(({ code }) => code === GATEWAY_TIMEOUT);
  if (answered.length > 1) notes.add('repeat');
  if (cutOff.length > 0) notes.add('cut off');
  const deleted = new Set([...answered, ...cutOff].map(({ name }) => name));
  if (deleted.size === 1 && deleted.has(pod)) return [];
  const told = asked.map(({ name, code }) => `${name} ${code}`).join(', ') || 'none';
  return [`deletions at the API server: ${told}; expected ${pod} and no other`];
}

function settlementProblems({ log }: World, { app, notes }: Trial): string[] {
  if (log.all(app, 'ActionFinished').some(({ data }) => data.reconciled)) notes.add('reconciled');
  const problems: string[] = [];
  const incidents = new Set(log.all(app, 'IncidentReported').map((e) => e.data.incidentId));
  if (incidents.size !== 1) problems.push(`${incidents.size} incidents`);
  const notOrdered = log.all(app, 'DecisionMade').filter(({ data }) => data.mode !== Mode.AUTO_EXECUTE);
  problems.push(...notOrdered.map(({ data }) => `not ordered: ${data.summary}`));
  const settled = log.all(app, 'ActionSettled');
  const ids = new Set(settled.map((e) => `${e.id} ${e.data.outcome}`));
  if (ids.size !== 1) problems.push(`${ids.size} settlements`);
  for (const { data } of settled.slice(0, 1)) {
    if (data.outcome !== SettledOutcome.VERIFIED) {
      problems.push(`settled as ${settledOutcomeToJSON(data.outcome)}: ${data.code} ${data.reason}`);
    }
  }
  return problems;
}

async function lockProblems({ redis, stack }: World, { app }: Trial): Promise<string[]> {
  const holder = await redis.get(`{belay:guardrails}:lock:${stack.target}/production/${app}`);
  return holder === null ? [] : [`still locked by ${holder}`];
}

async function workloadProblems({ cluster }: World, { app, pod }: Trial): Promise<string[]> {
  const ready = await cluster.readyPods(app);
  if (ready.length === 3 && !ready.includes(pod)) return [];
  return [`${ready.length} pods are Ready, expected 3 without ${pod}`];
}

async function timelineProblems({ clients }: World, { incidentId }: Trial): Promise<string[]> {
  try {
    await eventually(async () => {
      const types = new Set(typesOf(await clients.audit.getIncident({ id: incidentId })));
      const missing = COMPLETE.filter((type) => !types.has(type));
      if (missing.length > 0) throw new Error(`the timeline lacks ${missing.join(', ')}`);
    }, 5_000);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** No group has anything left to do. */
async function untilRead({ bus, stack }: World): Promise<void> {
  const order = orderTopic(stack.target);
  const groups: Readonly<Record<string, readonly string[]>> = {
    'belay-decision': ['incident', 'verification'],
    [`belay-executor-${stack.target}`]: [order],
    'belay-verifier': ['decision', 'action'],
    'belay-audit': ['incident', 'decision', 'action', 'verification'],
  };
  await eventually(async () => {
    for (const [group, topics] of Object.entries(groups)) await assertRead(bus, group, topics);
  }, 60_000);
}
