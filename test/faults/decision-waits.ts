import { systemClock } from '#lib/clock.ts';
import { guardrailKeys } from '../../services/decision/adapters/redis-keys.ts';
import type { System } from './decision-system.ts';

export async function decidedMore({ log, traffic }: System, more: number): Promise<void> {
  const wanted = log.all('DecisionMade').length + more;
  await log.until(
    () => log.all('DecisionMade').length >= wanted,
    () => `${log.all('DecisionMade').length} decisions of ${traffic.reported.size} incidents, and no more`,
  );
}

/** Returns the last moment in which it was seen not to be. */
export async function untilRebuilt({ store }: System): Promise<number> {
  let lastClosedMs = 0;
  for (;;) {
    const askedMs = Date.now();
    const [marker, info] = await Promise.all([
      store.redis().get(guardrailKeys('belay').ready),
      store.redis().info('server'),
    ]);
    const process = /run_id:(\w+)/.exec(info)?.[1] ?? '';
    if (marker?.includes(process)) return lastClosedMs;
    lastClosedMs = askedMs;
    await systemClock.sleep(20);
  }
}
