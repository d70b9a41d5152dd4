import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { BelayError } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { deriveId } from '#lib/ids.ts';
import { commandGiven } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';

/** What a command is judged by. */
export interface Known {
  readonly controls: ControlState;
  /** Those that an executor serves. */
  readonly targets: readonly string[];
  readonly runbooks: readonly string[];
  readonly now: Date;
  /** Of this command. */
  readonly id: string;
}

export type Wanted = Pick<ControlSet, 'key' | 'setting'>;

/** What somebody wants to be set. */
export interface Command {
  /** Of DecisionService. */
  readonly method: string;
  /** What it is about, for the history, also where nothing comes of it. */
  readonly subject: string;
  readonly reason: string;
  readonly judge: (known: Known) => Wanted | BelayError;
}

export interface SetControlOptions {
  readonly publish: Publish;
  readonly controls: () => ControlState;
  readonly targets: readonly string[];
  readonly runbooks: () => readonly string[];
  readonly clock: Clock;
}

/**
 * Answers when the log has it: from then on every executor that beats along sees it within seconds. The history
 * tells of every command, and of what came of it.
 */
export async function setControl(
  command: Command,
  call: CallContext,
  { publish, controls, targets, runbooks, clock }: SetControlOptions,
): Promise<ControlSet> {
  const { subject, reason } = command;
  const now = clock.now();
  const id = deriveId('cmd', call.requestId, call.actor.name, command.method, subject, now.toISOString());
  const known = { controls: controls(), targets, runbooks: runbooks(), now, id };
  const told = { name: `DecisionService/${command.method}`, reason, at: now };
  const judged = reason.trim() === '' ? reasonMissing() : command.judge(known);
  if (judged instanceof BelayError) {
    await publish([commandGiven({ ...told, subject }, call, judged.code)]);
    throw judged;
  }
  const control: ControlSet = { ...judged, actor: toActor(call.actor), reason, setAt: now };
  await publish([outgoing('ControlSet', control), commandGiven({ ...told, subject: control.key }, call)]);
  return control;
}

export function reasonMissing(): BelayError {
  return new BelayError('invalid', 'a reason is needed', {
    code: 'REASON_MISSING',
    field: 'reason',
    why: 'whoever finds production stopped, or running again, has to know why',
  });
}
