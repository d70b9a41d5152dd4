import type { Clock } from '#lib/clock.ts';
import { version } from '#lib/version.ts';
import { askOps } from '../doctor/ask-ops.ts';
import type { Check } from '../doctor/check.ts';
import type { Result } from '../frame/output.ts';

interface Running {
  readonly context: string;
  readonly dataDir: string;
  readonly grpcEndpoint: string;
  readonly httpEndpoint: string;
  readonly opsEndpoint: string;
  readonly kubeconfig: string;
  /** Whose section policy is in force. [the defaults] */
  readonly policyFile?: string;
}

const PATIENCE_MS = 5_000;

/** What runs where. Nothing is claimed that the system does not say of itself. */
export async function upReport(running: Running, clock: Clock): Promise<Result> {
  const { context, dataDir, grpcEndpoint, httpEndpoint, opsEndpoint, kubeconfig, policyFile } = running;
  const { checks } = await askOps(opsEndpoint, { timeoutMs: PATIENCE_MS, clock });
  const services = servicesIn(checks, opsEndpoint);
  return {
    kind: 'RunningSystem',
    body: { version, ...running, pid: process.pid, services },
    names: [context],
    table: () => ({
      title: `Belay ${version}, context ${context}, data ${dataDir}`,
      rows: [
        ['grpc', grpcEndpoint],
        ['http', `${httpEndpoint}/v1/incidents takes reports`],
        ['ops', opsEndpoint],
        ['sandbox', 'simulated Kubernetes API; nothing outside this process can change'],
        ['kubeconfig', kubeconfig],
        ...(policyFile === undefined ? [] : [['policy', `${policyFile} is in force`]]),
        ...services.map(({ name, checks: all }) => [name, worthTelling(all).map(told).join('; ')]),
      ],
    }),
  };
}

interface ServiceState {
  readonly name: string;
  readonly checks: readonly Pick<Check, 'name' | 'ok' | 'detail'>[];
}

/** What all of them share is listed under the address of the ops server, and left out. */
function servicesIn(checks: readonly Check[], opsEndpoint: string): ServiceState[] {
  const shared = new URL(opsEndpoint).host;
  const own = checks.filter(({ service }) => service !== shared);
  return [...Map.groupBy(own, ({ service }) => service)].map(([name, all]) => ({
    name,
    checks: all.map(({ name: check, ok, detail }) => ({ name: check, ok, detail })),
  }));
}

/** A line each: what it listens to says what it does, and what is wrong is never left out. */
function worthTelling(checks: ServiceState['checks']): ServiceState['checks'] {
  const first = checks.find(({ name }) => name === 'topics') ?? checks[0];
  return checks.filter((check) => check === first || !check.ok);
}

const told = ({ name, ok, detail }: ServiceState['checks'][number]): string =>
  ok ? `${name}: ${detail.replace(/^partitions held: /, '')}` : `${name} WRONG: ${detail}`;
