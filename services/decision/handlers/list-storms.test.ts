import { expect, it } from 'vitest';
import { aboutOf, at, slotWants } from '../../../test/support/slot-wants.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { listStorms } from './list-storms.ts';

const storm = { services: 5, percent: 20 };

it('shows whose storm it is, since when, how many come now, and when it may be over', async () => {
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const list = (minute: number) =>
    listStorms({ guardrails: () => guardrails, policy: { storm } }, at(minute));
  const ask = async (count: number, minute: number) => {
    for (let i = 0; i < count; i += 1) {
      const wants = slotWants({ service: `s${i}`, workload: `w${minute}-${i}`, limits: { storm } });
      const decisionId = `dec-${minute}-${i}`;
      const about = aboutOf(wants, 'prometheus');
      await guardrails.decide({ decisionId, about, wants, record: 'r', now: at(minute) });
    }
  };
  await ask(5, 0);
  expect(await list(0)).toEqual({ storms: [], readAt: at(0) });
  await ask(6, 2);
  const shown = { startedAt: at(2), endsAt: at(12), services: 6, limit: 5 };
  expect((await list(2)).storms).toEqual([
    { source: '', ...shown },
    { source: 'prometheus', ...shown },
  ]);
  // Half of the limit and more come again: it goes on for the minute and five more.
  await ask(4, 8);
  expect((await list(9.5)).storms[1]).toMatchObject({ services: 0, startedAt: at(2), endsAt: at(14) });
  expect((await list(14)).storms).toEqual([]);
});
