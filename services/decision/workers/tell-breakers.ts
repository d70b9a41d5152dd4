import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { messageOf } from '#lib/errors.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Logger } from '#lib/logger.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import type { RunbookBreaker } from '../domain/guardrails/breaker.ts';
import { breakerTold, saidOf } from '../handlers/breaker-told.ts';
import type { Guardrails } from '../ports.ts';

export interface TellBreakersOptions {
  readonly guardrails: Pick<Guardrails, 'isReady' | 'breakers' | 'resetBreaker'>;
  readonly controls: () => ControlState;
  readonly runbooks: () => readonly { readonly name: string }[];
  readonly publish: Publish;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 10_000;

/**
 * Settlements tell of breakers as they go. What that leaves wrong is put right here: a store that was rebuilt, two
 * instances whose records crossed, a process that ended between the store and the log.
 */
export function startTellingBreakers(options: TellBreakersOptions): WorkLoop {
  const step = async () => {
    await tellBreakers(options);
    return LOOK_EVERY_MS;
  };
  const onError = (error: unknown) =>
    options.logger.warn({ reason: messageOf(error) }, 'the breakers cannot be compared with control yet');
  const loop = new WorkLoop({ clock: options.clock, step, onError });
  loop.start();
  return loop;
}

export async function tellBreakers(options: TellBreakersOptions): Promise<void> {
  const { guardrails, controls, runbooks, publish, clock } = options;
  if (!(await guardrails.isReady())) return;
  const names = new Set([...runbooks().map(({ name }) => name), ...saidBreakers(controls())]);
  const events: OutgoingEvent[] = [];
  for (const breaker of await guardrails.breakers([...names])) {
    const current = await resetWhereSaid(breaker, options);
    events.push(...breakerTold(controls(), current, { at: clock.now(), actionId: '' }));
  }
  if (events.length > 0) await publish(events);
}

/** A reset is said first. Whoever ended before it reached the store has left it to this. */
async function resetWhereSaid(
  breaker: RunbookBreaker,
  { guardrails, controls }: TellBreakersOptions,
): Promise<RunbookBreaker> {
  const { runbook, resetAtMs } = breaker;
  const said = saidOf(controls(), runbook).resetAtMs;
  return said > resetAtMs ? guardrails.resetBreaker({ runbook, at: new Date(said) }) : breaker;
}

const saidBreakers = ({ settings }: ControlState): string[] =>
  [...settings.values()].flatMap(({ setting }) =>
    setting?.$case === 'breakerOpen' ? [setting.value.runbook] : [],
  );
