import type { BusRecord, OutgoingRecord } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { Loop } from './decision-loop.ts';

const EVERY_MS = 5;

/** From an incident handed to the log to the DecisionMade read from it, in ms, at a steady rate. */
export async function latencies(
  { bus }: Loop,
  records: readonly OutgoingRecord[],
  perSecond: number,
): Promise<number[]> {
  const sentMs = new Map<string, number>();
  const measured: number[] = [];
  const all = Promise.withResolvers<void>();
  const note = ({ headers }: BusRecord, key: string) => {
    const sent = sentMs.get(key);
    if (sent === undefined || !headers['ce_type']?.includes('DecisionMade')) return;
    measured.push(performance.now() - sent);
    if (measured.length === records.length) all.resolve();
  };
  const following = await bus.follow({
    topic: 'decision',
    from: 'latest',
    onRecords: (seen) => seen.forEach((record) => note(record, String(record.key))),
    onCrash: (error) => all.reject(error),
  });
  await sendAt(perSecond, records, async (due) => {
    for (const { headers } of due) sentMs.set(String(headers['ce_subject']), performance.now());
    await bus.publish(due);
  });
  await all.promise;
  await following.stop();
  // The first ones find the reader still joining.
  return measured.slice(Math.floor(measured.length / 10));
}

async function sendAt(
  perSecond: number,
  records: readonly OutgoingRecord[],
  send: (due: readonly OutgoingRecord[]) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const sends: Promise<void>[] = [];
  for (let sent = 0; sent < records.length; ) {
    const due = Math.ceil(((performance.now() - started) / 1_000) * perSecond);
    if (due > sent) sends.push(send(records.slice(sent, due)));
    sent = Math.max(sent, due);
    await systemClock.sleep(EVERY_MS);
  }
  await Promise.all(sends);
}
