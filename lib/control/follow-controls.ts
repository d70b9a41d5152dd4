import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { Logger } from '#lib/logger.ts';
import { applyControl, type ControlState, noControls } from './control-state.ts';

export interface Controls {
  readonly current: () => ControlState;
  stop(): Promise<void>;
}

export interface FollowControlsOptions {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly onCrash: (error: Error) => void;
  /** Each one that is valid, once the state has it. */
  readonly onControl?: (control: ControlSet) => void;
}

/** Returns when everything said so far is known, and keeps up with what is said next. */
export async function followControls(options: FollowControlsOptions): Promise<Controls> {
  const { bus, logger, onCrash, onControl } = options;
  let state = noControls;
  const following = await bus.follow({
    topic: 'control',
    from: 'earliest',
    onRecords: (records) => {
      for (const record of records) {
        try {
          const event = decodeEvent(record);
          if (event.type !== 'ControlSet') continue;
          state = applyControl(state, event.data);
          onControl?.(event.data);
        } catch (error) {
          if (!(error instanceof BelayError)) throw error;
          // Everybody reads this topic alone, so there is no group to set it aside for. It changes nothing.
          logger.error(
            { err: error, offset: record.offset },
            'a control record is not valid and is passed over',
          );
        }
      }
    },
    onCrash,
  });
  await following.caughtUp;
  return { current: () => state, stop: () => following.stop() };
}
