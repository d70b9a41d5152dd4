import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '#lib/clock.ts';
import type { SandboxUser } from './api/authorize.ts';
import { serveApi } from './api/serve-api.ts';
import { type ApiFault, ApiFaults } from './api-faults.ts';
import { runControllers } from './controllers/run-controllers.ts';
import { PLAY_ANNOTATION, type Play } from './kubelet/play.ts';
import { playPods } from './kubelet/play-pods.ts';
import { ObjectStore, type Place } from './object-store.ts';
import { type RequestFilter, RequestLog, type SandboxRequest } from './request-log.ts';
import { sandboxKubeconfig } from './sandbox-kubeconfig.ts';
import { defaultSeed, plantSeed, type SeedWorkload } from './seed.ts';
import { selfSignedCertificate } from './tls/self-signed-certificate.ts';

export interface SandboxOptions {
  readonly clock?: Clock;
  /** From the start of a pod until it is Ready. [2 s] */
  readonly readyAfterMs?: number;
  readonly seedWorkloads?: readonly SeedWorkload[];
  /** [any that is free] */
  readonly port?: number;
}

export interface SandboxCluster {
  readonly server: string;
  readonly token: string;
  /** May get, list and watch, and change nothing. */
  readonly readOnlyToken: string;
  /** PEM. */
  readonly ca: string;
  /** The content of a kubeconfig file, for kubectl. */
  readonly kubectlConfig: string;
  /** What it was asked, oldest first. */
  requests(filter?: RequestFilter): readonly SandboxRequest[];
  /** What becomes of a pod from now on; undefined: it recovers. Throws when there is no such pod. */
  play(pod: Place, play: Play | undefined): void;
  /** Returns the way to lift it. */
  fault(fault: ApiFault): () => void;
  stop(): Promise<void>;
}

/** A cluster that is only memory, behind a real API on 127.0.0.1. Nothing outside this process can change. */
export async function startSandboxCluster(options: SandboxOptions = {}): Promise<SandboxCluster> {
  const { clock = systemClock, readyAfterMs = 2_000, seedWorkloads = defaultSeed, port = 0 } = options;
  const store = new ObjectStore(clock);
  const stopControllers = runControllers(store, clock);
  const stopPods = playPods({ store, clock, readyAfterMs });
  plantSeed(store, seedWorkloads, clock.now());

  const faults = new ApiFaults();
  const log = new RequestLog();
  const [token, readOnlyToken] = [randomToken(), randomToken()];
  const users = new Map<string, SandboxUser>([
    [token, { name: 'sandbox-admin', mayChange: true }],
    [readOnlyToken, { name: 'sandbox-reader', mayChange: false }],
  ]);
  const { key, cert: ca } = selfSignedCertificate('belay-sandbox');
  const https = createServer({ key, cert: ca }, serveApi({ store, clock, faults, log, users }));
  https.listen(port, '127.0.0.1');
  await once(https, 'listening');
  for (const { namespace, pods = [] } of seedWorkloads) {
    for (const { name, play } of pods) annotate(store, { namespace, name }, play);
  }
  const server = `https://127.0.0.1:${(https.address() as AddressInfo).port}`;

  return {
    server,
    token,
    readOnlyToken,
    ca,
    kubectlConfig: sandboxKubeconfig({ server, token, ca }),
    requests: (filter) => log.find(filter),
    play: (pod, play) => annotate(store, pod, play),
    fault: (fault) => faults.add(fault),
    stop: async () => {
      stopPods();
      stopControllers();
      faults.stop();
      https.close();
      https.closeAllConnections();
      if (https.listening) await once(https, 'close');
    },
  };
}

function annotate(store: ObjectStore, pod: Place, play: Play | undefined): void {
  store.update('pods', pod, (current) => {
    const { [PLAY_ANNOTATION]: _before, ...others } = current.metadata.annotations ?? {};
    const annotations = play === undefined ? others : { ...others, [PLAY_ANNOTATION]: play };
    return { ...current, metadata: { ...current.metadata, annotations } };
  });
}

function randomToken(): string {
  return randomBytes(24).toString('base64url');
}
