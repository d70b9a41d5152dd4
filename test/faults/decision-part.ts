import { seeded } from '../support/campaign.ts';
import type { Servers } from './decision-servers.ts';

/** One part of the campaign of the decision service. */
export type Part = (options: PartOptions) => Promise<PartReport>;

export interface PartOptions {
  readonly quick: boolean;
  readonly random: () => number;
  /** Started by whoever asks first. */
  readonly servers: () => Promise<Servers>;
}

export interface PartReport {
  readonly trials: number;
  readonly violations: readonly string[];
  /** What happened, in a few words: counts that show that the faults struck. */
  readonly told: string;
}

/** Each part has choices of its own, so that it can be played again without the others. */
export const randomOf = (seed: number, part: string): (() => number) =>
  seeded(Buffer.from(part).reduce((hash, byte) => Math.imul(hash, 31) + byte, seed));

/** Choices of their own, for what draws as often as time allows: the others are not shifted by it. */
export const forkOf = (random: () => number): (() => number) => seeded(Math.trunc(random() * 2 ** 31));

export const pickOf = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T;

/** From `least` to `most`, both included. */
export const wholeOf = (least: number, most: number, random: () => number): number =>
  least + Math.floor(random() * (most - least + 1));

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
