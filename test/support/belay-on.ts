import { type Run, runBelay } from '../../cli/fixtures/run-belay.ts';
import type { Stack } from './stack.ts';

/** The command as somebody with the stack's own token runs it. Asked each time: a stack starts behind its tests. */
export const belayOn =
  (stack: () => Pick<Stack, 'endpoints' | 'token'>, cwd?: () => string) =>
  (...args: string[]): Promise<Run> => {
    const { endpoints, token } = stack();
    const env = { BELAY_ENDPOINT: endpoints.decision, BELAY_TOKEN: token };
    return runBelay(args, { env, ...(cwd && { cwd: cwd() }) });
  };
