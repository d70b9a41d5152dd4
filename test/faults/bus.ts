import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Bus } from '#lib/bus/bus.ts';
import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { systemClock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { type CampaignOptions, seeded } from '../support/campaign.ts';
import { eventually } from '../support/eventually.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';
import { reported } from '../support/bad-records.ts';

const WORKERS = 3;
const KEYS = 200;
const PAUSE_MS = 8_000;
const GROUP = 'transform';

/**
 * Events go through a consume-transform-produce group while brokers die and restart and members are killed,
 * paused beyond their session, and rebalanced. Then: the ids out are the ids in, the first occurrences of a
 * key are in order, and no dead letter was made.
 */
export async function busFaults({ quick, seed }: CampaignOptions): Promise<boolean> {
  const events = quick ? 4_000 : 100_000;
  const faults = quick ? 2 : 50;
  const random = seeded(seed);
  console.log(`seed ${seed}: ${events} events, ${faults} broker faults, one consumer fault beside each`);
  const kafka = await startKafka();
  const bus = await openKafkaBus({
    brokers: kafka.endpoint.split(','),
    clientId: 'campaign',
    clock: systemClock,
  });
  const settings = { partitions: 6, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
  await prepareTopics(bus, topicSpecs(['incident', 'audit'], settings));
  const crew = startCrew(kafka);
  try {
    const produced = produce(bus, events, faults);
    const counts = await injectFaults(kafka, crew, faults, random);
    await produced.done;
    const violations = await settleAndJudge(bus, events);
    console.log(`faults injected: ${JSON.stringify({ ...counts, respawned: crew.respawned() })}`);
    for (const violation of violations.slice(0, 20)) console.log(`  violation: ${violation}`);
    console.log(`FAULTS bus trials=${events} violations=${violations.length}`);
    return violations.length === 0;
  } finally {
    await crew.stop();
    await bus.close();
    await kafka.stop();
  }
}

interface Crew {
  readonly members: () => ChildProcess[];
  readonly hire: () => ChildProcess;
  readonly respawned: () => number;
  readonly stop: () => Promise<void>;
}

/** Members that are replaced whenever one ends, as an orchestrator would. */
function startCrew(kafka: LabKafka): Crew {
  const members = new Set<ChildProcess>();
  let stopping = false;
  let respawned = 0;
  const hire = () => {
    const script = new URL('./bus-worker.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, kafka.endpoint, GROUP], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    members.add(child);
    child.once('exit', () => {
      members.delete(child);
      if (stopping || members.size >= WORKERS) return;
      respawned += 1;
      hire();
    });
    return child;
  };
  for (let i = 0; i < WORKERS; i += 1) hire();
  return {
    members: () => [...members],
    hire,
    respawned: () => respawned,
    stop: async () => {
      stopping = true;
      await Promise.all([...members].map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
    },
  };
}

function produce(bus: Bus, events: number, faults: number): { done: Promise<void> } {
  const batch = Math.max(50, Math.floor(events / (faults * 10)));
  const run = async () => {
    for (let from = 0; from < events; from += batch) {
      const records = Array.from({ length: Math.min(batch, events - from) }, (_, i) => incident(from + i));
      await publishUntilTaken(bus, records);
    }
  };
  return { done: run() };
}

const incident = (n: number) =>
  encodeEvent(
    outgoing('IncidentReported', reported(`inc-${n}`, `svc-${n % KEYS}`, String(n))),
    'belay/campaign',
  );

async function publishUntilTaken(bus: Bus, records: ReturnType<typeof incident>[]): Promise<void> {
  for (;;) {
    try {
      return await bus.publish(records);
    } catch (error) {
      if (!(error instanceof BelayError) || error.kind !== 'unavailable') throw error;
    }
  }
}

async function injectFaults(kafka: LabKafka, crew: Crew, faults: number, random: () => number) {
  const counts: Record<string, number> = {};
  const note = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (let n = 0; n < faults; n += 1) {
    const consumerFault = injectConsumerFault(crew, random, note);
    if (random() < 0.6) {
      await kafka.kill('SIGKILL');
      note('broker killed');
    } else {
      note('broker restarted');
    }
    await kafka.restart();
    await consumerFault;
    await systemClock.sleep(500 + random() * 1_500);
  }
  return counts;
}

async function injectConsumerFault(
  crew: Crew,
  random: () => number,
  note: (what: string) => void,
): Promise<void> {
  const members = crew.members();
  const victim = members[Math.floor(random() * members.length)];
  const kind = random();
  if (kind < 0.35) {
    note('consumer killed');
    victim?.kill('SIGKILL');
  } else if (kind < 0.6) {
    note('consumer paused beyond its session');
    victim?.kill('SIGSTOP');
    await systemClock.sleep(PAUSE_MS);
    victim?.kill('SIGCONT');
  } else if (kind < 0.8) {
    note('consumer added, then stopped');
    const extra = crew.hire();
    await systemClock.sleep(2_000);
    extra.kill('SIGTERM');
  } else {
    note('consumer stopped');
    victim?.kill('SIGTERM');
  }
}

/** Waits until the group has nothing left to do, then compares what came out with what went in. */
async function settleAndJudge(bus: Bus, events: number): Promise<string[]> {
  await eventually(async () => {
    const [committed, offsets] = await Promise.all([
      bus.committed(GROUP, 'incident'),
      bus.offsets('incident'),
    ]);
    const behind = offsets.filter((o) => (committed[o.partition] ?? 0) < o.next);
    if (behind.length > 0) throw new Error(`the group is behind on ${behind.length} partition(s)`);
  }, 120_000);
  const violations: string[] = [];
  const firsts = new Set<string>();
  const lastOfKey = new Map<string, number>();
  let repeats = 0;
  await readAll(bus, 'audit', (event) => {
    if (event.type === 'DeadLettered') violations.push(`dead letter: ${event.data.reason}`);
    if (event.type !== 'CommandGiven') return;
    if (firsts.has(event.data.commandId)) {
      repeats += 1;
      return;
    }
    firsts.add(event.data.commandId);
    const key = event.data.actor?.name ?? '';
    const n = Number(event.data.subject);
    if (n <= (lastOfKey.get(key) ?? -1)) violations.push(`${event.data.commandId} out of order in ${key}`);
    lastOfKey.set(key, n);
  });
  for (let n = 0; n < events; n += 1) if (!firsts.has(`inc-${n}`)) violations.push(`inc-${n} was lost`);
  console.log(`out: ${firsts.size} ids, ${repeats} repeats (dropped by their ids at every sink)`);
  return violations;
}

async function readAll(bus: Bus, topic: string, onEvent: (event: ReturnType<typeof decodeEvent>) => void) {
  const following = await bus.follow({
    topic,
    from: 'earliest',
    onRecords: (records) => {
      for (const record of records) onEvent(decodeEvent(record));
    },
    onCrash: (error) => {
      throw error;
    },
  });
  await following.caughtUp;
  await following.stop();
}
