import { messageOf } from '#lib/errors.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import type { Guardrails } from '../ports.ts';
import { orphanSweep, type OrphanSweepOptions } from './sweep-orphans.ts';

const LOOK_EVERY_MS = 15_000;

export interface Sweeping extends OrphanSweepOptions {
  readonly guardrails: OrphanSweepOptions['guardrails'] & Pick<Guardrails, 'isReady'>;
}

/** On every instance, as long as it runs. */
export function startOrphanSweep(options: Sweeping): { stop(): Promise<void> } {
  const sweep = orphanSweep(options);
  const loop = new WorkLoop({
    clock: options.clock,
    step: async () => {
      // While it is rebuilt nothing is held that the log does not show as ordered.
      if (await options.guardrails.isReady()) await sweep();
      return LOOK_EVERY_MS;
    },
    onError: (error) =>
      options.logger.warn({ reason: messageOf(error) }, 'what was never ordered cannot be looked for yet'),
  });
  loop.start();
  return { stop: () => loop.stop() };
}
