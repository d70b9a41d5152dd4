import { beforeEach, describe, expect, it } from 'vitest';
import type { SlotLimits } from '../../../services/decision/domain/guardrails/slot-wants.ts';
import type { Workbench } from './workbench.ts';

const RACERS = 200;
const ROUNDS = 3;
const wide = { global: 500, perTarget: 500, perNamespace: 500, perService: 500 };

/** Everybody at once: each cap lets in exactly as many as it says, and a settlement gives all of it back. */
export function raceCases({ ask, settle, ready }: Workbench): void {
  describe(`${RACERS} racers`, () => {
    beforeEach(() => ready());

    it.each<[string, Partial<SlotLimits>, number, boolean]>([
      ['the workload', {}, 1, true],
      ['the rate', { maxExecutionsPerHour: 7 }, 7, false],
      ['the cooldown', { cooldownMs: 60_000 }, 1, false],
      ['the attempts', { maxAttemptsPerTarget: 6 }, 6, false],
      ['the runbook', { maxConcurrentActions: 5 }, 5, false],
      ['everything', { concurrency: { ...wide, global: 4 } }, 4, false],
      ['the target', { concurrency: { ...wide, perTarget: 3 } }, 3, false],
      ['the namespace', { concurrency: { ...wide, perNamespace: 2 } }, 2, false],
      ['the service', { concurrency: { ...wide, perService: 1 } }, 1, false],
    ])('at %s: as many as it lets in, round after round', async (cap, limits, most, sameWorkload) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ids = Array.from({ length: RACERS }, (_, i) => `dec-${cap}-${round}-${i}`);
        const slots = await Promise.all(
          ids.map((id) => ask(id, { limits, workload: sameWorkload ? 'w' : id }, round)),
        );
        const held = ids.filter((_, i) => slots[i]?.status === 'held');
        expect(held).toHaveLength(most);
        await Promise.all(held.flatMap((id) => [settle(id, 'none', round), settle(id, 'none', round)]));
      }
    });

    it('of as many services: the limit of a storm, then nobody until it is over', async () => {
      const limits = { storm: { services: 8, percent: 0 } };
      for (let round = 0; round < ROUNDS; round += 1) {
        const ids = Array.from({ length: RACERS }, (_, i) => `dec-${round}-${i}`);
        const slots = await Promise.all(
          ids.map((id) => ask(id, { limits, service: id, workload: id }, round * 20)),
        );
        expect(slots.filter(({ status }) => status === 'held')).toHaveLength(8);
        expect(slots.filter(({ storm }) => storm?.pages)).toHaveLength(1);
        expect((await ask(`late-${round}`, { limits, workload: 'w' }, round * 20 + 9)).status).toBe(
          'refused',
        );
      }
    });

    it('at a half-open breaker: one trial', async () => {
      const limits = { circuitBreaker: { failures: 1, recoveryMs: 60_000 } };
      await ask('dec-f', { limits }, 0);
      await settle('dec-f', 'failed', 0);
      for (let round = 1; round <= ROUNDS; round += 1) {
        const ids = Array.from({ length: RACERS }, (_, i) => `dec-${round}-${i}`);
        const slots = await Promise.all(ids.map((id) => ask(id, { limits, workload: id }, round * 2)));
        const trials = ids.filter((_, i) => slots[i]?.status === 'held');
        expect(trials).toHaveLength(1);
        expect(slots.filter((slot) => slot.trial)).toHaveLength(1);
        await settle(trials[0] ?? '', round === 1 ? 'none' : 'failed', round * 2);
      }
    });
  });
}
