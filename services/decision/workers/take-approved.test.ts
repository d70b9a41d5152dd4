import { defaultPolicy } from '../../../test/support/default-policy.ts';
import { expect, it } from 'vitest';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import { ManualClock } from '#lib/clock.ts';
import { runbookDisabledKey } from '#lib/control/control-key.ts';
import { applyControl, noControls } from '#lib/control/control-state.ts';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { memoryGuardrails } from '../adapters/memory-guardrails.ts';
import { notReady } from '../adapters/not-ready.ts';
import type { Case } from '../domain/cases/case.ts';
import { decideIncident } from '../handlers/decide-incident.ts';
import { readDraft } from '../handlers/draft.ts';
import { type Granting, takeApproved } from './take-approved.ts';

const start = new Date('2026-03-03T03:12:00Z');
const { runbooks } = await loadRunbookFiles([
  new URL('../../../runbooks/restart-pod.yaml', import.meta.url).pathname,
]);
const asking = runbooks.map((runbook) => ({ ...runbook, decisionMode: 'approval_required' as const }));
const incident = IncidentReported.fromPartial({
  ...{ incidentId: 'inc-1', service: 'web', confidence: 0.95 },
  ...{ symptom: 'CrashLoopBackOff', probableCause: 'pod_crash_loop' },
  resource: { target: 'prod', kind: 'pod', namespace: 'production', name: 'web-1' },
  ...{ startedAt: start, reportedAt: start },
});
const disabled = ControlSet.fromPartial({
  key: runbookDisabledKey('restart-pod'),
  reason: 'it made things worse',
  setting: { $case: 'runbookDisabled', value: { runbook: 'restart-pod' } },
});

/** Approved at the start; from then on somebody tries to take its slot. */
async function approved() {
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const clock = new ManualClock(start);
  const [controls, targets] = [() => noControls, ['prod']];
  const driver = { guardrails, clock, controls, runbooks: () => asking, policy: defaultPolicy };
  const opened: Case[] = [];
  const cases = { open: async (one: Case) => void opened.push(one) };
  await decideIncident({ incident, causeId: 'e-1', attempt: 1 }, { ...driver, cases, targets }, start);
  const waits = { ...(opened[0] as Case), grant: { at: start, lapsed: false }, isTaking: true };
  const draft = readDraft(waits.record);
  const take = (change: Partial<Granting> = {}) => {
    if (!draft.issued) throw new Error('nothing was to be ordered');
    return takeApproved(waits, draft, draft.issued, { ...driver, ...change });
  };
  return { guardrails, clock, take };
}

it.each<[string, number, Partial<Granting>, string]>([
  ['the yes is too old', 300_001, {}, 'too old'],
  [
    'its runbook was disabled',
    60_000,
    { controls: () => applyControl(noControls, disabled) },
    'it made things worse',
  ],
  ['its runbook was retired', 60_000, { runbooks: () => [] }, 'not active any more'],
])('orders nothing where %s by the time the guardrails answer', async (_what, waitMs, change, why) => {
  const { guardrails, clock, take } = await approved();
  const away = { ...guardrails, grant: () => Promise.reject(notReady()) };
  await expect(take({ guardrails: away })).rejects.toThrow('rebuilt');
  await clock.advance(waitMs);
  expect(await take(change)).toEqual({ refused: expect.stringContaining(why) });
  expect(await guardrails.openSlots()).toEqual([]);
  // Nor where whoever gave it back did not live to say so.
  expect(await take()).toEqual({ refused: expect.stringContaining('never ordered') });
});

it('gives back what was withdrawn by somebody who did not live to do so', async () => {
  const { guardrails, clock, take } = await approved();
  await take();
  await guardrails.withdraw({
    decisionId: (await guardrails.openSlots())[0]?.decisionId ?? '',
    unaskedSince: clock.now(),
  });
  expect(await guardrails.openSlots()).toHaveLength(1);
  expect(await take()).toEqual({ refused: expect.stringContaining('never ordered') });
  expect(await guardrails.openSlots()).toEqual([]);
});

it('gives the order once more that may be out already, whatever has changed since', async () => {
  const { clock, take } = await approved();
  const first = await take();
  expect(first.order).toMatchObject({ issuedAt: start });
  await clock.advance(600_000);
  expect(await take({ runbooks: () => [] })).toEqual(first);
});
