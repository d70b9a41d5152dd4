import { ActorKind } from '#gen/belay/v1/common.ts';
import type { BreakerOpen, ControlSet } from '#gen/belay/v1/control.ts';
import { breakerKey } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';

/** Why somebody has looked at a breaker. */
export interface Noticed {
  readonly at: Date;
  /** The action that was just settled. Empty: nobody's, somebody looked. */
  readonly actionId: string;
}

/**
 * What `control` has yet to hear of a breaker. It follows the guardrail store, as that is now: whoever asks late, or
 * twice, says nothing new, and nothing that is not so any more.
 */
export function breakerTold(
  controls: ControlState,
  breaker: RunbookBreaker,
  noticed: Noticed,
): readonly OutgoingEvent[] {
  const said = saidOf(controls, breaker.runbook);
  const isOpen = breaker.openedAtMs > 0;
  const isSaid = isOpen ? said.isOpen && said.atMs === breaker.openedAtMs : !said.isOpen;
  if (isSaid && knowsReset(said, breaker)) return [];
  return [outgoing('ControlSet', isOpen ? opened(breaker, noticed) : closed(breaker, noticed, said))];
}

interface Said {
  readonly isOpen: boolean;
  readonly atMs: number;
  readonly resetAtMs: number;
}

export function saidOf({ settings }: ControlState, runbook: string): Said {
  const { setting, setAt } = settings.get(breakerKey(runbook)) ?? {};
  if (setting?.$case !== 'breakerOpen') return { isOpen: false, atMs: 0, resetAtMs: 0 };
  const { lifted, resetAt } = setting.value;
  return { isOpen: !lifted, atMs: setAt?.getTime() ?? 0, resetAtMs: resetAt?.getTime() ?? 0 };
}

/** Where it does not, a later record of the key was written by somebody who had not heard of it. */
const knowsReset = (said: Said, { resetAtMs }: RunbookBreaker): boolean => said.resetAtMs >= resetAtMs;

function opened(breaker: RunbookBreaker, { at, actionId }: Noticed): ControlSet {
  const { runbook, failures, openedAtMs } = breaker;
  const runs = failures === 1 ? 'its last run' : `${failures} runs in a row`;
  const openedIt = at.getTime() === openedAtMs ? actionId : '';
  const value = { lifted: false, runbook, actionId: openedIt, resetAt: resetAtOf(breaker) };
  return control(value, `${runs} did not help`, new Date(openedAtMs));
}

function closed(breaker: RunbookBreaker, { at, actionId }: Noticed, said: Said): ControlSet {
  const { runbook, failures } = breaker;
  const value = { lifted: true, runbook, actionId, resetAt: resetAtOf(breaker) };
  const isHelped = actionId !== '' && failures === 0 && knowsReset(said, breaker);
  // Behind what it ends: the ids of both are made of their times.
  const setAt = new Date(Math.max(at.getTime(), said.atMs + 1));
  return control(value, isHelped ? 'its trial helped' : 'the guardrails have it closed', setAt);
}

const resetAtOf = ({ resetAtMs }: RunbookBreaker): Date | undefined =>
  resetAtMs === 0 ? undefined : new Date(resetAtMs);

const control = (value: BreakerOpen, reason: string, setAt: Date): ControlSet => ({
  key: breakerKey(value.runbook),
  setting: { $case: 'breakerOpen', value },
  actor: { kind: ActorKind.ENGINE, name: 'decision' },
  reason,
  setAt,
});
