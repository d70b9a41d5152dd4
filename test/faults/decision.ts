import type { CampaignOptions } from '../support/campaign.ts';
import { approvals } from './decision-approvals.ts';
import { clock } from './decision-clock.ts';
import { kills } from './decision-kills.ts';
import { type Part, type PartOptions, randomOf } from './decision-part.ts';
import { racers } from './decision-racers.ts';
import { retries } from './decision-retries.ts';
import { type Servers, startServers } from './decision-servers.ts';
import { store } from './decision-store.ts';

const PARTS: Readonly<Record<string, Part>> = { racers, clock, approvals, kills, retries, store };

/** Side by side: most of the time, kills wait for sessions to end and stores to be rebuilt. */
const GROUPS: readonly (readonly string[])[] = [
  ['racers'],
  ['clock'],
  ['kills', 'retries', 'store', 'approvals'],
];

/** These are asked for by name: beside all the others they would take the quick form beyond its minute. */
const LONG_EVEN_QUICK = ['retries'];

/**
 * Whether the guardrails keep their word whatever happens to those who ask and to the store: nobody beyond a
 * cap, one decision for each incident, nothing lost, nothing left behind.
 */
export async function decisionFaults({ quick, seed, parts }: CampaignOptions): Promise<boolean> {
  const unknown = parts.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0)
    throw new Error(`there is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
  // One listener for each process that was ever started.
  process.setMaxListeners(0);
  console.log(`seed ${seed}`);
  const isWanted = (name: string) =>
    parts.length === 0 ? !(quick && LONG_EVEN_QUICK.includes(name)) : parts.includes(name);
  const wanted = (group: readonly string[]) => group.filter(isWanted);
  const reports: Played[] = [];
  let started: Promise<Servers> | undefined;
  const servers = () => (started ??= startServers());
  try {
    for (const group of GROUPS) {
      const playing = wanted(group).map((name) =>
        play(name, { quick, random: randomOf(seed, name), servers }),
      );
      reports.push(...(await Promise.all(playing)));
    }
  } finally {
    await (await started)?.stop();
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const violations = sum(reports.map((report) => report.violations));
  console.log(`FAULTS decision trials=${sum(reports.map(({ trials }) => trials))} violations=${violations}`);
  return violations === 0;
}

interface Played {
  readonly trials: number;
  readonly violations: number;
}

async function play(name: string, options: PartOptions): Promise<Played> {
  const startedMs = performance.now();
  const part = PARTS[name] as Part;
  const { trials, violations, told } = await part(options);
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`  ${name}: trials ${trials}, violations ${violations.length}, ${tookS} s; ${told}`);
  for (const violation of violations.slice(0, 30)) console.log(`  violation: ${violation}`);
  return { trials, violations: violations.length };
}
