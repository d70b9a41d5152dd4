import { parseArgs } from 'node:util';

/** What `npm run faults` and `npm run bench` have in common: a name, --quick, and where to look it up. */
export interface CampaignOptions {
  readonly quick: boolean;
  readonly seed: number;
  /** Of the campaign, by their names. None: all of them. */
  readonly parts: readonly string[];
}

export async function runCampaign(
  kind: string,
  campaigns: Readonly<Record<string, () => Promise<(options: CampaignOptions) => Promise<boolean>>>>,
): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, seed: { type: 'string' } },
  });
  const load = campaigns[positionals[0] ?? ''];
  if (!load) {
    const names = Object.keys(campaigns).join('|');
    console.error(`usage: npm run ${kind} -- ${names} [part...] [--quick] [--seed S]`);
    process.exit(2);
  }
  // A signal alone would leave the services of the stack behind: they are killed with the exit.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  const seed = Number(values.seed ?? Math.trunc(Math.random() * 1e9));
  const run = await load();
  const good = await run({ quick: values.quick, seed, parts: positionals.slice(1) });
  process.exit(good ? 0 : 1);
}

/** A small seeded generator: a failed campaign can be run again as it was. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
