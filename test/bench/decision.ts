import type { CampaignOptions } from '../support/campaign.ts';
import { guardrailKeys } from '../../services/decision/adapters/redis-keys.ts';
import { guardFigures } from './decision-guard.ts';
import { incidents, MOST_AT_ONCE, takeServices } from './decision-incidents.ts';
import { profileLines } from './decision-profile.ts';
import { latencies } from './decision-seen.ts';
import { type DecisionWorld, PREFIX, startDecisionWorld } from './decision-world.ts';
import { median, percentile, printFigure } from './figure.ts';

const PARTS = ['guard', 'rates', 'memory'];

/** The decision service against what Redis, Kafka and kafkajs can do with the same bytes, in one run and in turns. */
export async function decisionBench({ quick, parts }: CampaignOptions): Promise<boolean> {
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}: ${PARTS.join(', ')}`);
  const isWanted = (part: string) => parts.length === 0 || parts.includes(part);
  if (isWanted('guard')) for await (const figure of guardFigures(quick)) printFigure(figure);
  if (!isWanted('rates') && !isWanted('memory')) return true;
  const world = await startDecisionWorld();
  const bench = new DecisionBench(world, quick);
  try {
    await bench.begin(isWanted('memory'));
    if (isWanted('rates')) await bench.latency((await bench.throughput('decisions/bare loop')) / 2);
    if (isWanted('memory')) await bench.memory();
    if (!isWanted('rates')) return true;
    await bench.profile();
    await Promise.all([world.hireBelay(), world.hireBare()]);
    await bench.warmUp();
    await bench.throughput('decisions/bare loop, two of each');
    return true;
  } finally {
    await world.stop();
  }
}

class DecisionBench {
  readonly #world: DecisionWorld;
  readonly #quick: boolean;
  readonly #size: number;
  #round = 0;
  #decided = 0;
  #before = { decided: 0, residentMb: 0 };

  constructor(world: DecisionWorld, quick: boolean) {
    this.#world = world;
    this.#quick = quick;
    this.#size = quick ? 1_500 : MOST_AT_ONCE;
  }

  /** The bare loop writes what the service was seen to write. */
  async begin(forMemory: boolean): Promise<void> {
    await this.#world.hireBelay();
    await this.#world.belay.handle(await this.#fresh(1_000));
    await this.#world.hireBare();
    await this.warmUp();
    if (forMemory && !this.#quick) await this.#decide(A_TENTH - this.#decided);
    await this.#note();
  }

  async warmUp(): Promise<void> {
    const { belay, bare } = this.#world;
    await belay.rate(await this.#fresh(this.#size));
    await bare.rate(incidents(this.#mark(), this.#size));
  }

  async throughput(name: string): Promise<number> {
    const { belay, bare } = this.#world;
    const rates: number[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < (this.#quick ? 2 : 7); round += 1) {
      const limit = await bare.rate(incidents(this.#mark(), this.#size));
      const rate = await belay.rate(await this.#fresh(this.#size));
      console.log(`  round ${round}: bare ${Math.round(limit)}/s, decisions ${Math.round(rate)}/s`);
      rates.push(rate);
      ratios.push(rate / limit);
    }
    printFigure({ name, value: median(ratios), goal: 0.6 });
    return median(rates);
  }

  async latency(perSecond: number): Promise<void> {
    const { belay, bare } = this.#world;
    const count = Math.min(MOST_AT_ONCE, Math.round(perSecond * (this.#quick ? 1 : 4)));
    const [decided, relayed]: [number[], number[]] = [[], []];
    for (let round = 0; round < (this.#quick ? 2 : 6); round += 1) {
      relayed.push(...(await latencies(bare, incidents(this.#mark(), count), perSecond)));
      decided.push(...(await latencies(belay, await this.#fresh(count), perSecond)));
    }
    const show = (values: readonly number[]) =>
      `p50 ${median(values).toFixed(1)} ms, p99 ${percentile(values, 99).toFixed(1)} ms`;
    console.log(`  at ${Math.round(perSecond)}/s: decisions ${show(decided)}; bare ${show(relayed)}`);
    const value = percentile(decided, 99) / percentile(relayed, 99);
    printFigure({ name: 'incident-to-decision p99 / bare loop p99', value, goal: 3, atMost: true });
  }

  async profile(): Promise<void> {
    const { belay, probe } = this.#world;
    const records = await this.#fresh(this.#size);
    const profile = await probe.profile(() => belay.rate(records));
    console.log('  where the time of the service goes:');
    for (const line of profileLines(profile)) console.log(line);
  }

  /** Against what it was when a tenth had been decided; in the quick form, after the warm-up. */
  async memory(): Promise<void> {
    const { decided, residentMb } = this.#before;
    if (!this.#quick) await this.#decide(10 * decided - this.#decided);
    await this.#note();
    const after = this.#before;
    const show = (at: { decided: number; residentMb: number }) =>
      `${at.residentMb.toFixed(1)} MB after ${at.decided} incidents`;
    console.log(`  resident: ${show({ decided, residentMb })}, ${show(after)}`);
    printFigure({
      name: `resident memory after ${(after.decided / decided).toFixed(1)} times as many incidents`,
      value: after.residentMb / residentMb,
      goal: 1.1,
      atMost: true,
    });
  }

  async #note(): Promise<void> {
    this.#before = { decided: this.#decided, residentMb: await this.#world.probe.residentMb() };
  }

  async #decide(count: number): Promise<void> {
    for (let left = count; left > 0; left -= this.#size)
      await this.#world.belay.rate(await this.#fresh(Math.min(left, this.#size)));
  }

  /** Incidents for the service, with a store that is empty but for the services that are taken. */
  async #fresh(count: number) {
    const { redis, belay } = this.#world;
    const { ready } = guardrailKeys(PREFIX);
    const marker = (await redis.get(ready)) ?? '';
    await redis.multi().flushall().set(ready, marker).exec();
    const mark = this.#mark();
    await belay.handle(takeServices(mark));
    this.#decided += count;
    return incidents(mark, count);
  }

  #mark(): string {
    this.#round += 1;
    return `r${this.#round}`;
  }
}

/** Of the million of the full form. */
const A_TENTH = 100_000;
