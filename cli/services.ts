import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigSources } from '#lib/config/load-config.ts';
import { createLocalToken, localTokenEntries } from '#lib/identity/local-token.ts';
import { type Component, type Service, startAll, stopAll } from '#lib/lifecycle/component.ts';
import { opsServer } from '#lib/lifecycle/ops-server.ts';
import { ProcessState } from '#lib/lifecycle/process-state.ts';
import { openPlatform } from '#lib/platform/open-platform.ts';
import type { Platform } from '#lib/platform/platform.ts';
import type { PlatformConfig } from '#lib/platform/platform-config.ts';
import { closing } from '#lib/platform/serve.ts';
import { localKeys } from './local-keys.ts';

/** The one place where the command line knows the services. */
const mains = {
  'detector-adapter': () => import('../services/detector-adapter/main.ts'),
  decision: () => import('../services/decision/main.ts'),
  executor: () => import('../services/executor/main.ts'),
  verifier: () => import('../services/verifier/main.ts'),
  audit: () => import('../services/audit/main.ts'),
} as const;

export type ServiceName = keyof typeof mains;
export const serviceNames = Object.keys(mains) as readonly ServiceName[];

/** One service until a signal ends it. */
export async function serveService(name: ServiceName, sources: ConfigSources): Promise<never> {
  const { main } = await mains[name]();
  return main(sources);
}

export interface UpOptions {
  readonly dataDir: string;
  /** Of the gRPC server; the ops server takes the next one, the HTTP door the one behind it. 0: any that are free. */
  readonly port: number;
  readonly logLevel?: PlatformConfig['log']['level'];
  /** Base URL of a trace collector. [no traces] */
  readonly otlpEndpoint?: string;
  /** [those that ship] */
  readonly runbooks?: readonly string[];
  /** A configuration of decision, for its section policy. [the defaults] */
  readonly policyFile?: string;
}

export interface RunningSystem {
  readonly grpcEndpoint: string;
  readonly opsEndpoint: string;
  /** Where detectors report. */
  readonly httpEndpoint: string;
  readonly dataDir: string;
  readonly services: readonly string[];
  /** For kubectl: the sandbox cluster, which is only memory. */
  readonly kubeconfig: string;
  /** Resolves with the reason when the system cannot go on. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const SANDBOX = 'sandbox';
const RUNBOOKS = fileURLToPath(new URL('../runbooks', import.meta.url));
const GRACE_MS = 5_000;

/** All services in this process, on embedded defaults: same code, other adapters. */
export async function up(options: UpOptions): Promise<RunningSystem> {
  const config = embeddedConfig(options, await localAuth(options));
  const state = new ProcessState();
  const failed = Promise.withResolvers<Error>();
  const fail = (error: Error) => {
    state.fail(error);
    failed.resolve(error);
  };
  // First what takes the lock on the data: a second `up` must not touch the files of the first.
  const platform = await openPlatform(config, { name: 'up', fail });
  const sandbox = await startSandbox(options.dataDir);
  const { services, httpEndpoint } = await createServices(config, platform, {
    ...options,
    kubeconfig: sandbox.kubeconfig,
  });
  const ops = opsServer({
    ...config.ops,
    state,
    checks: () => [...platform.checks(), ...namedChecks(services)],
    metrics: platform.telemetry.metricsHandler,
    logger: platform.logger,
  });
  let grpcEndpoint = '';
  const grpc: Component = {
    name: 'grpc server',
    start: async () => {
      grpcEndpoint = (await platform.grpc.start()).endpoint;
    },
    stop: () => platform.grpc.stop(GRACE_MS),
  };
  const started = await startAll([ops, sandbox.component, closing(platform), ...services, grpc]);
  state.moveTo('ready');
  return {
    grpcEndpoint,
    opsEndpoint: `http://${HOST}:${ops.port()}`,
    httpEndpoint: httpEndpoint(),
    dataDir: options.dataDir,
    kubeconfig: sandbox.kubeconfig,
    services: services.map((service) => service.name),
    failed: failed.promise,
    stop: async () => {
      state.moveTo('draining');
      const failures = await stopAll(started);
      if (failures[0]) throw failures[0].error;
    },
  };
}

function embeddedConfig(
  { dataDir, port, logLevel = 'warn', otlpEndpoint }: UpOptions,
  auth: PlatformConfig['auth'],
): PlatformConfig {
  return {
    bus: { kind: 'sqlite', dataDir: join(dataDir, 'bus') },
    sql: { kind: 'pglite', dataDir: join(dataDir, 'sql') },
    grpc: { host: HOST, port, allowPlaintext: false, defaultTimeoutMs: 10_000 },
    ops: { host: HOST, port: port === 0 ? 0 : port + 1 },
    auth,
    log: { level: logLevel, pretty: true },
    telemetry: { sampleRatio: 1, ...(otlpEndpoint !== undefined && { otlpEndpoint }) },
    topics: { partitions: 3, replicationFactor: 1, retentionHours: 168 },
  };
}

/** Whoever owns the data directory is everybody whom the runbooks ask. */
async function localAuth({ dataDir, runbooks = [RUNBOOKS] }: UpOptions): Promise<PlatformConfig['auth']> {
  const { loadRunbookFiles } = await import('#lib/runbook/load-runbook.ts');
  const loaded = (await loadRunbookFiles(runbooks)).runbooks;
  const asked = loaded.flatMap(({ approval, owner }) => approval?.approvers ?? [`group:${owner}`]);
  const groups = asked.flatMap((approver) => /^group:(.+)$/.exec(approver)?.[1] ?? []);
  const tokens = {
    token: createLocalToken(dataDir),
    'detector-token': createLocalToken(dataDir, 'detector-token'),
  };
  return { tokens: localTokenEntries(tokens, [...new Set(groups)]), certificates: [] };
}

/** The target of an embedded system. Nothing outside of this process can change. */
async function startSandbox(dataDir: string): Promise<{ kubeconfig: string; component: Component }> {
  const { startSandboxCluster } = await import('../services/executor/sandbox/start-sandbox-cluster.ts');
  const cluster = await startSandboxCluster();
  const kubeconfig = join(dataDir, 'sandbox.kubeconfig');
  writeFileSync(kubeconfig, cluster.kubectlConfig, { mode: 0o600 });
  return {
    kubeconfig,
    component: { name: 'sandbox cluster', start: async () => {}, stop: () => cluster.stop() },
  };
}

interface EmbeddedOptions extends UpOptions {
  readonly kubeconfig: string;
}

interface EmbeddedServices {
  readonly services: readonly Service[];
  /** Known once they run. */
  readonly httpEndpoint: () => string;
}

async function createServices(
  config: PlatformConfig,
  platform: Platform,
  { dataDir, port, kubeconfig, policyFile, runbooks = [RUNBOOKS] }: EmbeddedOptions,
): Promise<EmbeddedServices> {
  const [adapter, adapterConfig, decision, executor, verifier, audit] = await Promise.all([
    import('../services/detector-adapter/service.ts'),
    import('../services/detector-adapter/config.ts'),
    import('../services/decision/service.ts'),
    import('../services/executor/service.ts'),
    import('../services/verifier/service.ts'),
    import('../services/audit/service.ts'),
  ]);
  const { DEFAULT_POLICY, readPolicy } = await import('./play/policy.ts');
  // Whoever tries the sandbox out plays many services within a minute.
  const sandboxed = { ...DEFAULT_POLICY, storm: { services: 20, percent: 20 } };
  const policy = policyFile === undefined ? sandboxed : readPolicy(policyFile);
  const { trustedKeysFile, decisionKeyFile, targetKeyFile } = localKeys(dataDir, SANDBOX);
  const trust = { trustedKeysFile };
  const detectors = adapter.createDetectorAdapter(
    adapterConfig.configSchema.parse({
      ...config,
      http: { host: HOST, port: port === 0 ? 0 : port + 2 },
      episodes: { kind: 'memory' },
      incidents: { defaultTarget: SANDBOX },
    }),
    platform,
  );
  const services = [
    audit.createAudit({ ...config, signing: trust }, platform),
    verifier.createVerifier({ ...config, signing: trust }, platform),
    executor.createExecutor(
      {
        ...config,
        signing: { trustedKeysFile, keyFile: targetKeyFile },
        target: { name: SANDBOX, kubernetes: { kubeconfig } },
      },
      platform,
    ),
    decision.createDecision(
      {
        ...config,
        signing: { trustedKeysFile, keyFile: decisionKeyFile },
        guardrails: { kind: 'memory' },
        runbooks: [...runbooks],
        // Nothing outside of this process can change.
        registry: { onStart: 'activate' },
        targets: [SANDBOX],
        policy,
      },
      platform,
    ),
    detectors,
  ];
  return { services, httpEndpoint: () => `http://${detectors.httpEndpoint()}` };
}

function namedChecks(services: readonly Service[]) {
  return services.flatMap((service) =>
    service.checks().map((check) => ({ ...check, name: `${service.name}: ${check.name}` })),
  );
}
