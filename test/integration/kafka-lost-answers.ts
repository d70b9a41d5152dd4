import { setTimeout as sleep } from 'node:timers/promises';
import type { LabProxy } from '../lab/toxiproxy-client.ts';

/** Somebody who writes numbers to a topic of one partition, all under one key. */
export interface Writer {
  write(numbers: readonly number[]): Promise<void>;
}

export interface Trial {
  readonly writer: Writer;
  readonly proxy: LabProxy;
  readonly sends: number;
  /** Sends that are begun before the first of them is answered. */
  readonly overlap: number;
}

const PER_SEND = 5;

/**
 * Sends while answers of the broker get lost again and again: requests reach it, what it says does not come
 * back, and after a moment the connection breaks. Returns the numbers that were acknowledged.
 */
export async function writeWhileAnswersAreLost({ writer, proxy, sends, overlap }: Trial): Promise<number[]> {
  const acknowledged: number[] = [];
  const losing = new AbortController();
  const lost = loseAnswers(proxy, losing.signal);
  const inFlight = new Set<Promise<void>>();
  for (let n = 0; n < sends; n += 1) {
    const numbers = Array.from({ length: PER_SEND }, (_, i) => n * PER_SEND + i);
    const send = writer.write(numbers).then(
      () => void acknowledged.push(...numbers),
      () => {},
    );
    inFlight.add(send);
    void send.finally(() => inFlight.delete(send));
    if (inFlight.size >= overlap) await Promise.race(inFlight);
    await sleep(1);
  }
  await Promise.all(inFlight);
  losing.abort();
  await lost;
  return acknowledged.sort((a, b) => a - b);
}

async function loseAnswers(proxy: LabProxy, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const toxic = await proxy.addToxic({ type: 'timeout', timeout: 20 });
    await sleep(40);
    await proxy.removeToxic(toxic);
    await sleep(100 + Math.random() * 150);
  }
}

export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged, and not in the log. */
  readonly lost: number;
  /** More than once in the log. */
  readonly duplicates: number;
  /** First occurrences of acknowledged numbers that stand behind a larger one. */
  readonly outOfOrder: number;
}

export function judge(acknowledged: readonly number[], log: readonly number[]): Verdict {
  const first = new Map<number, number>();
  log.forEach((n, index) => first.has(n) || first.set(n, index));
  let outOfOrder = 0;
  let last = -1;
  for (const n of acknowledged) {
    const at = first.get(n);
    if (at === undefined) continue;
    if (at < last) outOfOrder += 1;
    last = Math.max(last, at);
  }
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((n) => !first.has(n)).length,
    duplicates: log.length - first.size,
    outOfOrder,
  };
}
