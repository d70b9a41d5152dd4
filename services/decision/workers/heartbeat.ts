import { ActorKind } from '#gen/belay/v1/common.ts';
import type { Clock } from '#lib/clock.ts';
import { HEARTBEAT_KEY } from '#lib/control/control-key.ts';
import { messageOf } from '#lib/errors.ts';
import { outgoing } from '#lib/events/event.ts';
import type { Logger } from '#lib/logger.ts';
import type { Publish } from '#lib/platform/publisher.ts';

const EVERY_MS = 2_000;

export interface Heartbeat {
  stop(): Promise<void>;
}

/** As long as it beats, executors know that they would hear of a kill switch. */
export function startHeartbeat(publish: Publish, clock: Clock, logger: Logger): Heartbeat {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await publish([beat(clock.now())]);
      } catch (error) {
        // The bus is away. Executors stop by themselves, which is what silence is for.
        logger.warn({ reason: messageOf(error) }, 'the heartbeat could not be published');
      }
      await clock.sleep(EVERY_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

function beat(now: Date) {
  return outgoing('ControlSet', {
    key: HEARTBEAT_KEY,
    setting: { $case: 'heartbeat', value: { beatAt: now } },
    actor: { kind: ActorKind.ENGINE, name: 'decision' },
    reason: '',
    setAt: now,
  });
}
