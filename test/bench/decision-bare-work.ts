import type { Bus, BusRecord } from '#lib/bus/bus.ts';
import { orderTopic } from '#lib/events/order-events.ts';
import type { BareOutput, BareWork } from './decision-bare.ts';
import { type Fate, TARGET } from './decision-incidents.ts';

/** What Belay has written for one incident of each fate, for the bare loop to write as well. */
export async function bareWork(bus: Bus): Promise<BareWork['outputs']> {
  const records = await everything(bus, ['decision', orderTopic(TARGET)]);
  const byIncident = Map.groupBy(records, ({ headers }) => String(headers['ce_subject']));
  const outputs: Partial<Record<Fate, readonly BareOutput[]>> = {};
  for (const [incident, written] of byIncident) {
    // Those that took the services were granted.
    if (incident.includes('-taken-')) continue;
    outputs[incident.slice(0, incident.indexOf('-')) as Fate] ??= written.map(toOutput);
  }
  const { granted, blocked, manual } = outputs;
  if (granted?.length !== 3 || blocked?.length !== 2 || manual?.length !== 2)
    throw new Error(`the mix is not as planned: ${JSON.stringify(outputs)}`);
  return outputs;
}

const toOutput = ({ topic, value, headers }: BusRecord): BareOutput => ({
  topic,
  value: value?.toString('base64') ?? '',
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString('base64')])),
});

async function everything(bus: Bus, topics: readonly string[]): Promise<BusRecord[]> {
  const records: BusRecord[] = [];
  for (const topic of topics) {
    const following = await bus.follow({
      topic,
      from: 'earliest',
      onRecords: (some) => void records.push(...some),
      onCrash: (error) => {
        throw error;
      },
    });
    await following.caughtUp;
    await following.stop();
  }
  return records;
}
