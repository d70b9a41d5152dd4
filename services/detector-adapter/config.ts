import { z } from 'zod';
import { grpcSection, portNumber, redisSection } from '#lib/config/sections.ts';
import { platformSections } from '#lib/platform/platform-config.ts';

const httpSection = z
  .strictObject({
    host: grpcSection.shape.host,
    port: portNumber.default(7192),
    tls: grpcSection.shape.tls,
    allowPlaintext: grpcSection.shape.allowPlaintext,
    /** From the last byte of a request to its answer. */
    timeoutMs: z.int().min(1).default(10_000),
    /** Of one caller; above it, 429. */
    maxRequestsPerSecond: z.int().min(1).default(100),
  })
  .prefault({});

const episodesSection = z.discriminatedUnion('kind', [
  /** For a system in one process. */
  z.strictObject({ kind: z.literal('memory') }),
  z.strictObject({
    kind: z.literal('redis'),
    ...redisSection.shape,
    /** Tells systems apart that share a server. */
    prefix: z.string().min(1).default('belay'),
    /** The longest time from a change to its event in the log. A rebuild waits this long. */
    publishWithinMs: z.int().min(12_000).default(15_000),
  }),
]);

const incidentsSection = z
  .strictObject({
    /** Of resources that are reported without a target. */
    defaultTarget: z.string().min(1).exactOptional(),
    /** An open incident that nobody has reported for this long is over. */
    staleAfterMs: z.int().min(1_000).default(3_600_000),
    /** Reports with an older start are refused. Ended incidents are remembered this long. */
    maxStartAgeMs: z.int().min(60_000).default(86_400_000),
    /** How far ahead the clocks of sources may be. */
    maxSkewMs: z.int().min(0).max(600_000).default(60_000),
  })
  .prefault({});

export const configSchema = z
  .strictObject({
    ...platformSections({ grpc: 7172, ops: 7182 }),
    http: httpSection,
    episodes: episodesSection.default({ kind: 'memory' }),
    incidents: incidentsSection,
  })
  .refine(({ bus, episodes }) => episodes.kind !== 'memory' || bus.kind === 'sqlite', {
    path: ['episodes', 'kind'],
    error: 'memory is for one process with the sqlite bus: with kafka use redis, which all instances share',
  });
export type DetectorAdapterConfig = z.infer<typeof configSchema>;
