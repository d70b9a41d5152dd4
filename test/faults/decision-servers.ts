import { type LabKafka, startKafka } from '../lab/kafka.ts';
import { type LabPostgres, startPostgres } from '../lab/postgres.ts';
import type { LabProxy } from '../lab/toxiproxy-client.ts';
import { type LabToxiproxy, startToxiproxy } from '../lab/toxiproxy.ts';

/** What the systems of the campaign stand on together. */
export interface Servers {
  readonly kafka: LabKafka;
  /** In front of Kafka, for those that do not go to it directly. */
  readonly kafkaProxy: LabProxy;
  readonly postgres: LabPostgres;
  readonly toxiproxy: LabToxiproxy;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const [toxiproxy, postgres] = await Promise.all([startToxiproxy(), startPostgres()]);
  const proxied = Promise.withResolvers<LabProxy>();
  const kafka = await startKafka({
    advertised: async (port) => {
      proxied.resolve(await toxiproxy.createProxy('kafka', `127.0.0.1:${port}`));
      return (await proxied.promise).port;
    },
  });
  return {
    kafka,
    kafkaProxy: await proxied.promise,
    postgres,
    toxiproxy,
    stop: async () => {
      await Promise.all([kafka, postgres, toxiproxy].map((server) => server.stop()));
    },
  };
}
