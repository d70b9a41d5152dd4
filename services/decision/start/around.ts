import type { Logger } from '#lib/logger.ts';
import type { Platform } from '#lib/platform/platform.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { DecisionConfig } from '../config.ts';

export const NAME = 'decision';
/** Of the consumer that decides. */
export const GROUP = `belay-${NAME}`;

/** What every part of the service is started with. */
export interface Around {
  readonly config: DecisionConfig;
  readonly platform: Platform;
  readonly logger: Logger;
  readonly publish: Publish;
}

export type Stop = () => Promise<void>;
/** What was started is stopped in the reverse order. */
export type Keep = (stop: Stop) => void;
