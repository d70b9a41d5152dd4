import { ApprovalServiceClient } from '#gen/belay/v1/approval_service.ts';
import { Effect, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { createGrpcClient } from '#lib/grpc/grpc-client.ts';
import { tokenOf } from '../support/decision-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Heard, judgeApprovals, type Reply } from './decision-approvals-judge.ts';
import { type Part, pickOf } from './decision-part.ts';
import { answerPlans, PLAN_HASH } from './decision-planner.ts';
import { openSystem, type System } from './decision-system.ts';
import type { Place } from './decision-traffic.ts';

const TARGET = 'west';
const MANY = 1_000;
const PEOPLE = ['ann', 'maria', 'tom'] as const;
const INSTANCES = 2;
const AT_ONCE = 25;
/** Long enough for all of a round to be asked before the first deadline. */
const TIMER_S = 5;
/** Around a deadline, a reply and the end of the time meet. */
const AROUND_MS = 150;

const wide = {
  maxExecutionsPerHour: MANY,
  cooldownMinutes: 0,
  maxConcurrentActions: 100,
  maxConcurrentActionsPerNamespace: 100,
  circuitBreaker: { failures: 100, recoverySeconds: 1 },
};
const approval = { approvers: PEOPLE.map((name) => `user:${name}`), timer: `PT${TIMER_S}S` };
const RUNBOOKS = [
  { name: 'asks', cause: 'pod_crash_loop', guardrails: wide, approval },
  { name: 'denies', cause: 'pod_oom_killed', guardrails: wide, approval: { ...approval, onLapse: 'deny' } },
] as const;

/** Two who approve, one who denies and the deadline race; or it passes while nobody is there to notice. */
export const approvals: Part = async ({ quick, random, servers }) => {
  const started = await servers();
  const system = await openSystem(started, {
    name: 'approvals',
    brokers: started.kafka.directEndpoint,
    instances: INSTANCES,
    publishWithinMs: 1_000,
    runbooks: RUNBOOKS,
    concurrency: { global: MANY, perTarget: MANY, perNamespace: MANY, perService: MANY },
    targets: [TARGET],
    approvers: PEOPLE,
    nextFate: () => ({ outcome: SettledOutcome.VERIFIED, effect: Effect.DONE, afterMs: 0 }),
  });
  const scene: Scene = { system, random, heard: [] };
  const [races, outages] = quick ? [1, 1] : [39, 1];
  let violations: string[];
  try {
    answerPlans(system);
    for (let round = 0; round < races; round += 1) await race(scene);
    for (let round = 0; round < outages; round += 1) await sleepOver(scene);
    await system.traffic.drained();
    violations = judgeApprovals(system, scene.heard);
  } catch (error) {
    violations = [messageOf(error)];
  } finally {
    await system.stop();
  }
  const ok = scene.heard.filter(({ refusal }) => refusal === undefined).length;
  const told = `${scene.heard.length} replies, ${ok} of them counted`;
  return { trials: (races + outages) * AT_ONCE, violations, told };
};

interface Scene {
  readonly system: System;
  readonly random: () => number;
  readonly heard: Heard[];
}

interface Asked {
  readonly incidentId: string;
  readonly deadline: Date;
}

async function askMany({ system, random }: Scene): Promise<readonly Asked[]> {
  const { traffic, log } = system;
  const first = traffic.reported.size;
  const places = Array.from({ length: AT_ONCE }, (_, i): Place => {
    const service = `s-${first + i}`;
    const { cause } = pickOf(RUNBOOKS, random);
    return { target: TARGET, namespace: 'shop', service, pod: `${service}-1`, cause };
  });
  await traffic.report(places);
  const deadlines = () =>
    new Map(log.all('ApprovalRequested').map(({ data }) => [data.incidentId, data.deadline]));
  const ids = [...traffic.reported.keys()].slice(first);
  await log.until(
    () => ids.every((id) => deadlines().has(id)),
    () => 'nobody was asked',
  );
  const found = deadlines();
  return ids.map((incidentId) => ({ incidentId, deadline: found.get(incidentId) as Date }));
}

/** Each of an instance of their own choice; half of the races are at once, half at the deadline. */
async function race(scene: Scene): Promise<void> {
  const { system, random, heard } = scene;
  const clients = system.stack.instances.map(
    ({ grpcPort }) =>
      (token: string) =>
        createGrpcClient(ApprovalServiceClient, { endpoint: `127.0.0.1:${grpcPort}`, token }),
  );
  const people = PEOPLE.map((name) => ({
    name,
    clients: clients.map((clientOf) => clientOf(tokenOf(name))),
  }));
  const asked = await askMany(scene);
  const replies = asked.flatMap(({ incidentId, deadline }) => {
    const isAtDeadline = random() < 0.5;
    return people.map(async ({ name, clients: own }) => {
      const client = pickOf(own, random);
      const waitMs = isAtDeadline ? deadline.getTime() - Date.now() + (2 * random() - 1) * AROUND_MS : 0;
      const reply: Reply = { by: name, answer: name === 'ann' ? 'deny' : 'approve', incidentId };
      await systemClock.sleep(Math.max(0, waitMs));
      heard.push({ ...reply, refusal: await refusalOf(client, reply) });
    });
  });
  await Promise.all(replies);
  await ended(system, asked);
  for (const { clients: own } of people) for (const client of own) client.close();
}

type Client = ReturnType<typeof createGrpcClient<(typeof ApprovalServiceClient)['service']>>;

async function refusalOf(client: Client, { answer, incidentId }: Reply): Promise<BelayError | undefined> {
  try {
    if (answer === 'deny') await client.deny({ id: incidentId, reason: 'not now' });
    else await client.approve({ id: incidentId, planHash: PLAN_HASH, reason: '' });
    return undefined;
  } catch (error) {
    if (error instanceof BelayError) return error;
    throw error;
  }
}

/** Everybody is killed, every deadline passes, and whoever starts again finds them. */
async function sleepOver(scene: Scene): Promise<void> {
  const { instances } = scene.system.stack;
  const asked = await askMany(scene);
  await Promise.all(instances.map((instance) => instance.kill()));
  const last = Math.max(...asked.map(({ deadline }) => deadline.getTime()));
  await systemClock.sleep(Math.max(0, last - Date.now()) + AROUND_MS);
  await Promise.all(instances.map((instance) => instance.start()));
  await ended(scene.system, asked);
}

async function ended({ log }: System, asked: readonly Asked[]): Promise<void> {
  const closed = () => new Set(log.all('DecisionClosed').map(({ data }) => data.incidentId));
  await log.until(
    () => asked.every(({ incidentId }) => closed().has(incidentId)),
    () => 'an approval never ended',
  );
  await eventually(() => log.caughtUp());
}
