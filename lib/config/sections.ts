import { z } from 'zod';
import { type Secret, secret } from './secret.ts';

/** The parts of a configuration that several services have; each service composes its own from them. */

const text = z.string().min(1);
const loopback = text.default('127.0.0.1');

const HOST_AND_PORT = /^(\[[\da-f:]+\]|[^\s:/]+):\d{1,5}$/i;

/** 0 takes any free port. */
export const portNumber = z.int().min(0).max(65_535);

/** Towards a server: the presence of the section turns TLS on, and the server is always verified. PEM files. */
export const clientTlsSection = z
  .strictObject({
    /** Instead of the system's authorities. */
    ca: text.exactOptional(),
    cert: text.exactOptional(),
    key: text.exactOptional(),
  })
  .refine(hasBothOrNeither, 'cert and key go together, set both or neither');
export type ClientTlsConfig = z.infer<typeof clientTlsSection>;

/** For a server of ours. PEM files. */
export const serverTlsSection = z.strictObject({
  cert: text,
  key: text,
  /** The authority whose client certificates are believed. */
  clientCa: text.exactOptional(),
  requireClientCert: z.boolean().exactOptional(),
});
export type ServerTlsConfig = z.infer<typeof serverTlsSection>;

const saslSection = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
  username: text,
  password: secret(),
});

export const busSection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sqlite'), dataDir: text.default('./.belay/bus') }),
  z.strictObject({
    kind: z.literal('kafka'),
    brokers: z.array(z.string().regex(HOST_AND_PORT, 'expected host:port')).min(1),
    topicPrefix: z.string().default(''),
    clientId: text.default('belay'),
    tls: clientTlsSection.exactOptional(),
    sasl: saslSection.exactOptional(),
  }),
]);
export type BusConfig = z.infer<typeof busSection>;

export const sqlSection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pglite'), dataDir: text.default('./.belay/sql') }),
  z.strictObject({
    kind: z.literal('postgres'),
    url: secret().refine(hasScheme('postgres', 'postgresql'), 'expected a postgres:// URL'),
    poolSize: z.int().min(1).max(1000).default(10),
    tls: clientTlsSection.exactOptional(),
  }),
]);
export type SqlConfig = z.infer<typeof sqlSection>;

export const redisSection = z.strictObject({
  url: secret().refine(hasScheme('redis', 'rediss'), 'expected a redis:// or rediss:// URL'),
  tls: clientTlsSection.exactOptional(),
});
export type RedisConfig = z.infer<typeof redisSection>;

/** A service gives the port a default of its own: `grpcSection.extend({ port: portNumber.default(7172) })`. */
export const grpcSection = z.strictObject({
  host: loopback,
  port: portNumber,
  tls: serverTlsSection.exactOptional(),
  /** For networks that encrypt by themselves. */
  allowPlaintext: z.boolean().default(false),
  defaultTimeoutMs: z.int().min(1).default(10_000),
});

export const opsSection = z.strictObject({ host: loopback, port: portNumber });

export const logSection = z
  .strictObject({
    level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    pretty: z.boolean().default(false),
  })
  .prefault({});

export const telemetrySection = z
  .strictObject({
    /** Base URL of a collector, as http://collector:4318; without it nothing is traced. */
    otlpEndpoint: z
      .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })
      .exactOptional(),
    sampleRatio: z.number().min(0).max(1).default(1),
    /** Tells replicas apart. */
    serviceInstance: text.exactOptional(),
  })
  .prefault({});
export type TelemetryConfig = z.infer<typeof telemetrySection>;

export const topicsSection = z
  .strictObject({
    partitions: z.int().min(1).default(6),
    /** Kafka only; the embedded log has one copy. */
    replicationFactor: z.int().min(1).default(3),
    retentionHours: z.int().min(1).default(168),
  })
  .prefault({});

function hasBothOrNeither(tls: { cert?: string; key?: string }): boolean {
  return (tls.cert === undefined) === (tls.key === undefined);
}

function hasScheme(...schemes: readonly string[]): (url: Secret) => boolean {
  return (url) => schemes.some((scheme) => url.reveal().startsWith(`${scheme}://`));
}
