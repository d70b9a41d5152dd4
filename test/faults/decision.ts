import type { CampaignOptions } from '../support/campaign.ts';
import { clock } from './decision-clock.ts';
import { type Part, randomOf } from './decision-part.ts';
import { racers } from './decision-racers.ts';

const PARTS: Readonly<Record<string, Part>> = { racers, clock };

/**
 * Whether the guardrails keep their word whatever happens to those who ask and to the store: nobody beyond a
 * cap, one decision for each incident, nothing lost, nothing left behind.
 */
export async function decisionFaults({ quick, seed, parts }: CampaignOptions): Promise<boolean> {
  const unknown = parts.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0)
    throw new Error(`there is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
  console.log(`seed ${seed}`);
  const wanted = parts.length > 0 ? parts : Object.keys(PARTS);
  const totals = { trials: 0, violations: 0 };
  for (const name of wanted) {
    const { trials, violations } = await play(name, { quick, seed });
    totals.trials += trials;
    totals.violations += violations;
  }
  console.log(`FAULTS decision trials=${totals.trials} violations=${totals.violations}`);
  return totals.violations === 0;
}

async function play(name: string, { quick, seed }: Pick<CampaignOptions, 'quick' | 'seed'>) {
  const startedMs = performance.now();
  const part = PARTS[name] as Part;
  const { trials, violations, told } = await part({ quick, random: randomOf(seed, name) });
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`  ${name}: trials ${trials}, violations ${violations.length}, ${tookS} s; ${told}`);
  for (const violation of violations.slice(0, 30)) console.log(`  violation: ${violation}`);
  return { trials, violations: violations.length };
}
