import { afterAll, beforeAll, describe } from 'vitest';
import { changesContract } from './cluster/changes.ts';
import type { ClusterServer } from './cluster/cluster-server.ts';
import type { ClusterSubject } from './cluster/cluster-subject.ts';
import { deletionsContract } from './cluster/deletions.ts';
import { outagesContract } from './cluster/outages.ts';
import { readsContract } from './cluster/reads.ts';
import { refusalsContract } from './cluster/refusals.ts';
import { rolloutsContract } from './cluster/rollouts.ts';
import { Workshop } from './cluster/workshop.ts';

/** What every adapter of the Cluster port keeps, whatever answers as the API. */
export function clusterContract(name: string, start: () => Promise<ClusterServer>): void {
  describe(`cluster contract: ${name}`, () => {
    let server: ClusterServer;
    let subject: ClusterSubject;
    beforeAll(async () => {
      server = await start();
      subject = { server, cluster: server.connect(), workshop: new Workshop(server) };
    });
    afterAll(() => server?.stop());

    readsContract(() => subject);
    rolloutsContract(() => subject);
    changesContract(() => subject);
    deletionsContract(() => subject);
    refusalsContract(() => subject);
    // The last: it ends with the API server down.
    outagesContract(() => subject);
  });
}
