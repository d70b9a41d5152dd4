import { expect, it } from 'vitest';
import { noControls } from '#lib/control/control-state.ts';
import { aboutOf, slotWants } from '../../../../test/support/slot-wants.ts';
import { memoryGuardrails } from '../../adapters/memory-guardrails.ts';
import { call, commandWorld, now } from './fixtures/command-world.ts';

const minutes = (n: number) => new Date(now.getTime() + n * 60_000);

/** A runbook that has failed twice, its limit. */
async function world() {
  const guardrails = memoryGuardrails();
  const { service, ...rest } = commandWorld(noControls, guardrails);
  await guardrails.rebuild(async () => {});
  const limits = { circuitBreaker: { failures: 2, recoveryMs: 300_000 } };
  for (const id of ['a', 'b']) {
    const wants = slotWants({ runbook: 'scale-up', limits, workload: id, service: id });
    await guardrails.decide({ decisionId: id, about: aboutOf(wants), wants, record: 'r', now });
    await guardrails.settle({ decisionId: id, outcome: 'failed', at: now });
  }
  const reset = (runbook: string, reason = 'mended') => service.resetBreaker({ runbook, reason }, call);
  return { guardrails, service, reset, ...rest };
}

it('a person closes a breaker, and everybody is told by whom and why', async () => {
  const { guardrails, reset, commands, published } = await world();
  expect(await guardrails.breakers(['scale-up'])).toMatchObject([{ failures: 2, openedAtMs: now.getTime() }]);
  await reset('scale-up');
  expect(await guardrails.breakers(['scale-up'])).toMatchObject([{ failures: 0, openedAtMs: 0 }]);
  expect(published[0]).toMatchObject({
    type: 'ControlSet',
    data: {
      key: 'breaker/scale-up',
      reason: 'mended',
      actor: { name: 'maria' },
      setting: { value: { lifted: true } },
    },
  });
  expect(commands()).toMatchObject([
    { command: 'DecisionService/ResetBreaker', subject: 'breaker/scale-up', result: 'ok' },
  ]);
});

it('what was settled by a clock that is ahead is reset as well', async () => {
  const { guardrails, reset } = await world();
  await guardrails.rebuild(async () => {});
  const wants = slotWants({
    runbook: 'scale-up',
    limits: { circuitBreaker: { failures: 1, recoveryMs: 1 } },
  });
  await guardrails.decide({ decisionId: 'c', about: aboutOf(wants), wants, record: 'r', now });
  await guardrails.settle({ decisionId: 'c', outcome: 'failed', at: minutes(1) });
  await reset('scale-up');
  expect(await guardrails.breakers(['scale-up'])).toMatchObject([{ openedAtMs: 0 }]);
});

it.each([
  ['of a runbook that is none', 'scale-upp', 'mended', 'RUNBOOK_UNKNOWN'],
  ['without a reason', 'scale-up', ' ', 'REASON_MISSING'],
])('a reset %s is refused, and told', async (_what, runbook, reason, code) => {
  const { guardrails, reset, commands } = await world();
  await expect(reset(runbook, reason)).rejects.toMatchObject({ code });
  expect(commands()).toMatchObject([{ result: code }]);
  expect(await guardrails.breakers(['scale-up'])).toMatchObject([{ failures: 2 }]);
});

it('says nothing where the store cannot do it', async () => {
  const { service, published } = commandWorld(noControls, memoryGuardrails());
  const refused = service.resetBreaker({ runbook: 'scale-up', reason: 'r' }, call);
  await expect(refused).rejects.toMatchObject({ code: 'GUARDRAILS_NOT_READY' });
  expect(published).toEqual([]);
});

it('shows the counters of what was done, for whom it is asked', async () => {
  const { service } = await world();
  const of = async (runbook: string, only: string) =>
    (await service.listGuardrails({ runbook, service: only }, call)).counters;
  expect((await of('', '')).map((row) => row.service).sort()).toEqual(['a', 'b']);
  expect(await of('restart-pod', '')).toEqual([]);
  expect(await of('retired', '')).toEqual([]);
  expect(await of('scale-up', 'no-such')).toEqual([]);
  await expect(of('scale-upp', '')).rejects.toMatchObject({
    kind: 'not_found',
    code: 'RUNBOOK_UNKNOWN',
    why: 'did you mean scale-up?',
    next: 'belay runbook list',
  });
  const [row] = await of('scale-up', 'a');
  const shown = row?.checks.map(({ name, observed, limit }) => `${name}: ${observed} / ${limit}`);
  expect(shown).toContain('circuit: OPEN, 2 failures / opens at 2');
  expect(shown).toContain('rate: 1 in 60 min / 1000');
});
