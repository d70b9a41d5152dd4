import { BelayError } from '#lib/errors.ts';
import type { Logger } from '#lib/logger.ts';
import type { Episode } from '../domain/episode.ts';
import type { Episodes } from '../ports.ts';

export interface RebuildOptions {
  readonly episodes: Episodes;
  readonly readLog: (signal: AbortSignal) => Promise<ReadonlyMap<string, Episode>>;
  /** Each time it is looked at. */
  readonly onLooked: (ready: boolean) => void;
  readonly logger: Logger;
}

const REST_MS = 500;

/**
 * A look at the store: while it cannot show that it is the one it was, it is rebuilt. Each call returns how
 * long to rest. Nothing is taken in until then, so a store that is away is looked at again and again.
 */
export function episodesRebuilder({ episodes, readLog, onLooked, logger }: RebuildOptions) {
  let told: string | undefined;
  const tell = (level: 'info' | 'warn', message: string, fields: object = {}) => {
    if (told !== message) logger[level](fields, message);
    told = message;
  };
  const look = async (stopping: AbortSignal): Promise<boolean> => {
    if (await episodes.isReady()) return true;
    tell('info', 'the episode store is not ready: it is rebuilt from the log');
    return episodes.rebuild(() => readLog(stopping), stopping);
  };
  return async (stopping: AbortSignal): Promise<number> => {
    try {
      const ready = await look(stopping);
      if (ready) tell('info', 'the episode store is ready');
      onLooked(ready);
    } catch (error) {
      if (!(error instanceof BelayError)) throw error;
      onLooked(false);
      tell('warn', 'the episode store cannot be rebuilt', { err: error });
    }
    return REST_MS;
  };
}
