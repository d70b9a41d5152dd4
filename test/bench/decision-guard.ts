import { type GuardWorld, IN_FLIGHT, startGuardWorld } from './decision-guard-world.ts';
import { redisBenchmark } from './decision-redis-benchmark.ts';
import { type Figure, median, percentile } from './figure.ts';

/** The guardrails' answer against what its connection and its server can do. */
export async function* guardFigures(quick: boolean): AsyncGenerator<Figure> {
  const world = await startGuardWorld();
  try {
    yield await oneAtATime(world, quick ? 2_000 : 20_000);
    yield await manyAtATime(world, quick);
  } finally {
    await world.stop();
  }
}

/** A ping and a grant in turns, so that both see the same machine. What is granted is settled unmeasured. */
async function oneAtATime(world: GuardWorld, samples: number): Promise<Figure> {
  const { redis, guardrails, request } = world;
  await world.empty();
  const pings: number[] = [];
  const grants: number[] = [];
  for (let n = -samples / 10; n < samples; n += 1) {
    const asked = request(idOf(n));
    const pinged = await timed(() => redis.ping());
    const granted = await timed(() => guardrails.decide(asked));
    await guardrails.settle({ decisionId: asked.decisionId, outcome: 'succeeded', at: asked.now });
    if (n < 0) continue;
    pings.push(pinged);
    grants.push(granted);
  }
  const [ping, grant] = [median(pings), median(grants)];
  console.log(`  ping p50 ${micros(ping)}, p99 ${micros(percentile(pings, 99))}`);
  console.log(`  guard p50 ${micros(grant)}, p99 ${micros(percentile(grants, 99))}`);
  return { name: 'guard p50 / PING p50', value: grant / ping, goal: 2.5, atMost: true };
}

async function manyAtATime(world: GuardWorld, quick: boolean): Promise<Figure> {
  const count = quick ? 5_000 : 40_000;
  const ratios: number[] = [];
  await guardRate(world, count);
  for (let round = 0; round < (quick ? 3 : 7); round += 1) {
    await world.empty();
    const tool = await redisBenchmark(world, count);
    const guard = await guardRate(world, count);
    console.log(`  round ${round}: redis-benchmark ${Math.round(tool)}/s, guard ${Math.round(guard)}/s`);
    ratios.push(guard / tool);
  }
  return { name: 'pipelined guard / redis-benchmark EVALSHA', value: median(ratios), goal: 0.75 };
}

async function guardRate(world: GuardWorld, count: number): Promise<number> {
  await world.empty();
  const requests = Array.from({ length: count }, (_, n) => world.request(idOf(n)));
  const queue = requests.values();
  const worker = async () => {
    for (const request of queue) {
      const { status } = await world.guardrails.decide(request);
      if (status !== 'held') throw new Error(`the guardrails answered ${status}`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return (count / (performance.now() - started)) * 1_000;
}

/** As long as the numbers that redis-benchmark puts in. */
const idOf = (n: number): string => String(500_000_000_000 + n);

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

const micros = (ms: number): string => `${Math.round(ms * 1_000)} µs`;
