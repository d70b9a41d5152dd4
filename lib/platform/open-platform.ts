import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '#lib/bus/bus.ts';
import { systemClock } from '#lib/clock.ts';
import type { BusConfig, ClientTlsConfig, SqlConfig } from '#lib/config/sections.ts';
import { createGrpcServer, type GrpcServer } from '#lib/grpc/grpc-server.ts';
import { createAuthenticator } from '#lib/identity/create-authenticator.ts';
import type { HealthCheck } from '#lib/lifecycle/component.ts';
import { createLogger, type Logger } from '#lib/logger.ts';
import type { Migration } from '#lib/sql/migrate.ts';
import { openSql } from '#lib/sql/open-sql.ts';
import type { Pglite } from '#lib/sql/pglite.ts';
import { grpcServerTrace } from '#lib/telemetry/grpc-hooks.ts';
import { belayMetrics } from '#lib/telemetry/metrics.ts';
import { startTelemetry, type Telemetry } from '#lib/telemetry/start-telemetry.ts';
import { traceQuery } from '#lib/telemetry/store-hooks.ts';
import { version } from '#lib/version.ts';
import type { Platform } from './platform.ts';
import type { PlatformConfig } from './platform-config.ts';
import { refusalRecorder } from './record-refusal.ts';

export interface PlatformOptions {
  readonly name: string;
  readonly fail: (error: Error) => void;
}

export interface OpenPlatform extends Platform {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DESCRIPTORS = new URL('../../proto/gen/belay.binpb', import.meta.url);

/** Opens what the configuration names, in the order in which one needs the other. */
export async function openPlatform(config: PlatformConfig, options: PlatformOptions): Promise<OpenPlatform> {
  const clock = systemClock;
  const logger = createLogger({ name: options.name, ...config.log });
  const telemetry = await startTelemetry(config.telemetry, { service: options.name, version, logger });
  const bus = await openBus(config.bus, logger);
  const stores = sqlStores(config.sql, logger);
  const grpc = grpcFor(config, options, { bus, logger, telemetry });
  return {
    bus,
    grpc,
    clock,
    logger,
    telemetry,
    meter: telemetry.metrics,
    topics: {
      partitions: config.topics.partitions,
      replicationFactor: config.topics.replicationFactor,
      retentionMs: config.topics.retentionHours * HOUR_MS,
    },
    loggerFor: (service) => (service === options.name ? logger : logger.child({ service })),
    openSql: (schema, migrations) => stores.open(schema, migrations),
    fail: options.fail,
    checks: () => [busCheck(bus)],
    close: async () => {
      await bus.close();
      await stores.close();
      await telemetry.shutdown();
    },
  };
}

/** The one place where adapters of the bus are chosen. Drivers are loaded when they are used. */
async function openBus(config: BusConfig, logger: Logger): Promise<Bus> {
  if (config.kind === 'sqlite') {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const { openSqliteBus } = await import('#lib/bus/sqlite-bus.ts');
    return openSqliteBus({ file: join(config.dataDir, 'log.db'), clock: systemClock });
  }
  const [{ openKafkaBus }, { saslOf }] = await Promise.all([
    import('#lib/bus/kafka-bus.ts'),
    import('#lib/bus/kafka-sasl.ts'),
  ]);
  const { kind: _, tls, sasl, ...kafka } = config;
  return openKafkaBus({
    ...kafka,
    ...(tls && { tls: readTls(tls) }),
    ...(sasl && { sasl: saslOf({ ...sasl, password: sasl.password.reveal() }) }),
    clock: systemClock,
    log: ({ level, message, ...fields }) => logger[level](fields, message),
  });
}

function sqlStores(config: SqlConfig, logger: Logger) {
  let pglite: Promise<Pglite> | undefined;
  const instance = async (dataDir: string) => {
    const { openPglite } = await import('#lib/sql/pglite.ts');
    pglite ??= openPglite({
      dataDir,
      clock: systemClock,
      onError: (error) => logger.error({ err: error }, 'the upkeep of the embedded database failed'),
    });
    return pglite;
  };
  const target = async () => {
    if (config.kind === 'pglite') return { kind: config.kind, instance: await instance(config.dataDir) };
    const { tls, url, ...postgres } = config;
    return { ...postgres, url: url.reveal(), ...(tls && { tls: readTls(tls) }) };
  };
  return {
    open: async <Tables>(schema: string, migrations: readonly Migration[]) =>
      openSql<Tables>({ ...(await target()), schema, migrations, onQuery: traceQuery }),
    close: async () => (await pglite)?.close(),
  };
}

/** Files are read once, at the start: what is missing stops the boot and not the first connection. */
function readTls({ ca, cert, key }: ClientTlsConfig): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  return {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(cert !== undefined && { cert: readFileSync(cert) }),
    ...(key !== undefined && { key: readFileSync(key) }),
  };
}

interface Around {
  readonly bus: Bus;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

function grpcFor(
  config: PlatformConfig,
  options: PlatformOptions,
  { bus, logger, telemetry }: Around,
): GrpcServer {
  const { host } = config.grpc;
  return createGrpcServer({
    ...config.grpc,
    authenticator: createAuthenticator(config.auth, {
      hosts: [host],
      clock: systemClock,
    }),
    clock: systemClock,
    descriptorSetFile: DESCRIPTORS,
    trace: grpcServerTrace(belayMetrics(telemetry.metrics), options.name),
    onRefused: refusalRecorder({ bus, service: options.name, clock: systemClock, logger }),
    onError: ({ method, requestId, error }) =>
      logger.error({ err: error, method, requestId }, 'a call failed'),
  });
}

function busCheck(bus: Bus): HealthCheck {
  return {
    name: 'bus',
    check: async () => {
      const offsets = await bus.offsets('audit');
      return { ok: true, detail: `answers, audit has ${offsets.length} partition(s)` };
    },
  };
}
