import { exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves when somebody wants it to stop: by a signal, or by no longer reading what it prints. Whoever sends
 * a second signal does not want to wait.
 */
export function stopRequest({ unread, say }: Session): Promise<undefined> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = () => {
      if (isStopping) {
        say('Ended, without finishing what was in hand.');
        process.exit(exitCodes.failed);
      }
      isStopping = true;
      resolve(undefined);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    unread.addEventListener('abort', () => resolve(undefined));
    if (unread.aborted) resolve(undefined);
  });
}
