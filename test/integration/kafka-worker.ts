// A member in a process of its own, so that it can be stopped and continued. Says what happens, a JSON value a line.
import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { nextOf, numberOf } from './kafka-world.ts';

const [brokers = '', group = '', topic = ''] = process.argv.slice(2);
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

const bus = await openKafkaBus({ brokers: brokers.split(','), clientId: 'worker', clock: systemClock });
await bus.consume({
  group,
  topics: [topic],
  startAt: 'earliest',
  sessionTimeoutMs: 6_000,
  onBatch: async (batch) => {
    const values = batch.records.map(numberOf);
    say({ begun: values });
    // In hand for a second, in which it is stopped.
    const untilMs = performance.now() + (values.includes(0) ? 1_000 : 0);
    while (performance.now() < untilMs) await systemClock.sleep(20);
    say({ stale: batch.isStale(), values });
    await batch.commit(nextOf(batch));
  },
  onCrash: (error) => say({ crash: error.message }),
});
say({ ready: true });
