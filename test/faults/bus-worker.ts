import { openKafkaBus } from '#lib/bus/kafka-bus.ts';
import { startConsumer } from '#lib/bus/consumer.ts';
import { systemClock } from '#lib/clock.ts';
import { outgoing } from '#lib/events/event.ts';
import { silentLogger } from '../support/silent-logger.ts';

/** One member of the consume-transform-produce group that the campaign kills, pauses and rebalances. */
const [brokers = '', group = ''] = process.argv.slice(2);

const bus = await openKafkaBus({ brokers: brokers.split(','), clientId: 'worker', clock: systemClock });
const consumer = await startConsumer({
  bus,
  service: 'worker',
  source: 'belay/worker',
  group,
  topics: ['incident'],
  handlers: {
    IncidentReported: async ({ data }) => [
      outgoing('CommandGiven', {
        actor: { kind: 3, name: data.service },
        command: 'transform',
        subject: data.summary,
        reason: '',
        result: 'ok',
        givenAt: data.reportedAt,
        commandId: data.incidentId,
      }),
    ],
  },
  clock: systemClock,
  logger: silentLogger,
  metrics: { handled: () => {} },
  tracing: { run: (_event, _record, run) => run(), headers: () => ({}) },
  // A crash ends the process; the campaign starts another one, as an orchestrator would.
  onCrash: (error) => {
    console.error(`crash: ${error.message}`);
    process.exit(3);
  },
  sessionTimeoutMs: 6_000,
});

process.on('SIGTERM', () => {
  void stop();
});

async function stop(): Promise<void> {
  await consumer.stop();
  await bus.close();
  process.exit(0);
}
