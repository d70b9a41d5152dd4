import { messageOf } from '#lib/errors.ts';
import { systemClock } from '#lib/clock.ts';
import type { RunbookVariant } from '../support/decision-stack.ts';
import { judge } from './decision-judge.ts';
import { forkOf, type Part, pickOf, shuffled, wholeOf } from './decision-part.ts';
import { anyFate } from './decision-settler.ts';
import { type Closed, QUICK_FAULTS, STORE_FAULTS } from './decision-store-faults.ts';
import { openSystem, type System } from './decision-system.ts';
import type { Place } from './decision-traffic.ts';
import { decidedMore, untilRebuilt } from './decision-waits.ts';

const TARGETS = ['east', 'west'];
const NAMESPACES = ['shop', 'bank', 'mail'];
const SERVICES = 12;
const PODS = 3;
/** Reported at once, right before a fault. */
const BURST = 40;

/** One for each guardrail that is easily met: how often, how soon, and after how many failures. */
const RUNBOOKS: readonly RunbookVariant[] = [
  {
    name: 'often',
    cause: 'pod_crash_loop',
    guardrails: {
      maxExecutionsPerHour: 4,
      cooldownMinutes: 0,
      maxAttemptsPerTarget: 2,
      circuitBreaker: { failures: 100, recoverySeconds: 1 },
    },
  },
  {
    name: 'resting',
    cause: 'pod_oom_killed',
    guardrails: {
      maxExecutionsPerHour: 100,
      cooldownMinutes: 1,
      circuitBreaker: { failures: 100, recoverySeconds: 1 },
    },
  },
  {
    name: 'fragile',
    cause: 'health_check_failure',
    guardrails: {
      maxExecutionsPerHour: 100,
      cooldownMinutes: 0,
      maxAttemptsPerTarget: 10,
      circuitBreaker: { failures: 2, recoverySeconds: 1 },
    },
  },
];

/** The store is lost in every way, while incidents come in faster than the caps allow. */
export const store: Part = async ({ quick, random, servers }) => {
  const started = await servers();
  const fates = forkOf(random);
  const system = await openSystem(started, {
    name: 'store',
    brokers: started.kafka.directEndpoint,
    instances: 2,
    publishWithinMs: quick ? 2_000 : 10_000,
    runbooks: RUNBOOKS,
    concurrency: { global: 6, perTarget: 4, perNamespace: 2, perService: 1 },
    targets: TARGETS,
    nextFate: () => anyFate(400, fates),
  });
  const rounds = quick ? [QUICK_FAULTS] : Array.from({ length: 12 }, () => Object.keys(STORE_FAULTS));
  const faults = rounds.flatMap((round) => shuffled(round, random));
  try {
    const violations = await playFaults(system, faults, random);
    const granted = new Set(system.log.all('OrderIssued').map(({ id }) => id)).size;
    const told = `${system.traffic.reported.size} incidents, ${granted} granted`;
    return { trials: faults.length, violations, told };
  } finally {
    await system.stop();
  }
};

async function playFaults(
  system: System,
  faults: readonly string[],
  random: () => number,
): Promise<string[]> {
  const known = new Set<string>();
  const violations: string[] = [];
  for (const [index, name] of faults.entries()) {
    const startedMs = performance.now();
    const problems = await playFault(system, name, index, forkOf(random)).catch((error: unknown) => [
      messageOf(error),
    ]);
    // What is wrong in the log is found again after every later fault.
    const fresh = problems.filter((problem) => !known.has(problem));
    for (const problem of fresh) known.add(problem);
    violations.push(...fresh.map((problem) => `${name}: ${problem}`));
    const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1);
    console.log(`    ${index + 1} of ${faults.length}: ${name}, ${tookS} s, ${fresh.length} violations`);
  }
  return violations;
}

async function playFault(
  system: System,
  name: string,
  index: number,
  random: () => number,
): Promise<string[]> {
  const { traffic } = system;
  const loading = new AbortController();
  const loaded = load(system, index, forkOf(random), loading.signal);
  try {
    await decidedMore(system, 10);
    // It strikes while some have their answer and others in the same batch do not.
    await traffic.report(Array.from({ length: BURST }, () => placeOf(index, random)));
    await systemClock.sleep(random() * BURST);
    const closed = await (STORE_FAULTS[name] as (typeof STORE_FAULTS)[string])(system, random);
    const untilMs = closed.untilMs ?? (await untilRebuilt(system));
    await decidedMore(system, 10);
    loading.abort();
    await loaded;
    await traffic.drained();
    return [...grantedWhileClosed(system, { ...closed, untilMs }), ...(await judge(system))];
  } finally {
    loading.abort();
    await loaded;
  }
}

/** New services for each fault: those of before have spent what they may in an hour. */
async function load({ traffic }: System, fault: number, random: () => number, signal: AbortSignal) {
  while (!signal.aborted) {
    await traffic.report(Array.from({ length: wholeOf(1, 3, random) }, () => placeOf(fault, random)));
    await systemClock.sleep(wholeOf(60, 200, random), signal);
  }
}

function placeOf(fault: number, random: () => number): Place {
  const service = wholeOf(1, SERVICES, random);
  return {
    target: TARGETS[service % TARGETS.length] ?? '',
    namespace: NAMESPACES[service % NAMESPACES.length] ?? '',
    service: `app-${fault}-${service}`,
    pod: `app-${fault}-${service}-${wholeOf(1, PODS, random)}`,
    cause: pickOf(RUNBOOKS, random).cause,
  };
}

/** What was granted before has been published by then: that is the promise a rebuild relies on. */
function grantedWhileClosed(
  { log, publishWithinMs }: System,
  { fromMs, untilMs }: Required<Closed>,
): string[] {
  const firstMs = new Map<string, number>();
  for (const { id, record } of log.all('DecisionMade')) {
    firstMs.set(id, Math.min(record.timestampMs, firstMs.get(id) ?? Infinity));
  }
  const early = [...firstMs].filter(([, atMs]) => atMs > fromMs + publishWithinMs && atMs < untilMs);
  return early.map(
    ([id, atMs]) => `${id} was decided ${atMs - fromMs} ms after the store was lost, before it was rebuilt`,
  );
}
