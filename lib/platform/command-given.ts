import { BelayError } from '#lib/errors.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { deriveId } from '#lib/ids.ts';
import type { Publish } from './publisher.ts';

export interface Command {
  /** RunbookService/ActivateRunbook */
  readonly name: string;
  readonly subject: string;
  readonly reason: string;
  readonly at: Date;
}

/** That somebody asked for something, and what came of it. */
export function commandGiven(command: Command, call: CallContext, result = 'ok'): OutgoingEvent {
  const { name, reason, at } = command;
  const subject = command.subject.slice(0, LONGEST_SUBJECT).toWellFormed();
  return outgoing('CommandGiven', {
    actor: toActor(call.actor),
    command: name,
    subject,
    reason,
    result,
    givenAt: at,
    // The request's id may be the caller's own: two callers must not share one.
    commandId: deriveId('cmd', call.requestId, call.actor.name, name, subject, at.toISOString()),
  });
}

const LONGEST_SUBJECT = 1_000;

/** What was refused is history too. A log that is away keeps nobody from hearing the refusal itself. */
export async function recordRefused<T>(
  command: Command,
  call: CallContext,
  publish: Publish,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BelayError && REFUSALS.has(error.kind))
      await publish([commandGiven(command, call, error.code)]).catch(() => {});
    throw error;
  }
}

const REFUSALS = new Set(['invalid', 'not_found', 'conflict', 'forbidden']);
