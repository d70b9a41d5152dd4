import { BelayError } from '#lib/errors.ts';
import { deadLetter } from '../dead-letter.ts';
import { GivenUp, type Middleware, type RecordStep } from '../pipeline.ts';
import type { Clock } from '#lib/clock.ts';

interface SetAsideOptions {
  readonly service: string;
  readonly group: string;
  readonly source: string;
  readonly clock: Clock;
  readonly onSetAside: (error: BelayError, topic: string, offset: number) => void;
}

/** What cannot be read or handled goes to the dead-letter topic with its bytes and the reason. */
export function setAside(options: SetAsideOptions): Middleware<RecordStep> {
  return (next) => async (delivery) => {
    try {
      return await next(delivery);
    } catch (thrown) {
      if (thrown instanceof GivenUp) throw thrown;
      const error = asBelayError(thrown);
      const { record } = delivery;
      options.onSetAside(error, record.topic, record.offset);
      const publish = deadLetter(record, error, { ...options, now: options.clock.now() });
      return { result: 'dead_lettered', type: '', publish };
    }
  };
}

function asBelayError(thrown: unknown): BelayError {
  if (thrown instanceof BelayError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new BelayError('internal', `the handler failed: ${text}`, { code: 'HANDLER_FAILED', cause: thrown });
}
