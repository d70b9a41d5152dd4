import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as sections from './sections.ts';

describe('sections', () => {
  it('have the documented defaults', () => {
    expect(sections.busSection.parse({ kind: 'sqlite' })).toEqual({
      kind: 'sqlite',
      dataDir: './.belay/bus',
    });
    expect(sections.sqlSection.parse({ kind: 'pglite' })).toEqual({
      kind: 'pglite',
      dataDir: './.belay/sql',
    });
    expect(sections.logSection.parse(undefined)).toEqual({ level: 'info', pretty: false });
    expect(sections.telemetrySection.parse(undefined)).toEqual({ sampleRatio: 1 });
    expect(sections.topicsSection.parse(undefined)).toEqual({
      partitions: 6,
      replicationFactor: 3,
      retentionHours: 168,
    });
    expect(sections.opsSection.parse({ port: 9000 })).toEqual({ host: '127.0.0.1', port: 9000 });
  });

  it('take a full Kafka and a full Postgres', () => {
    const kafka = sections.busSection.parse({
      kind: 'kafka',
      brokers: ['kafka-0:9092', '[::1]:9092'],
      tls: { ca: '/ca.pem', cert: '/c.pem', key: '/k.pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'belay', password: 'x' },
    });
    expect(kafka).toMatchObject({ clientId: 'belay', topicPrefix: '' });
    const postgres = sections.sqlSection.parse({
      kind: 'postgres',
      url: 'postgresql://u:p@db/belay',
      tls: {},
    });
    expect(postgres).toMatchObject({ poolSize: 10, tls: {} });
  });

  it.each<[string, z.ZodType, unknown]>([
    ['a broker without a port', sections.busSection, { kind: 'kafka', brokers: ['kafka'] }],
    ['no brokers', sections.busSection, { kind: 'kafka', brokers: [] }],
    ['a certificate without its key', sections.clientTlsSection, { cert: '/c.pem' }],
    ['a server certificate without its key', sections.serverTlsSection, { cert: '/c.pem' }],
    ['a database that is not Postgres', sections.sqlSection, { kind: 'postgres', url: 'mysql://db' }],
    ['a redis URL of another scheme', sections.redisSection, { url: 'http://redis' }],
    ['a port beyond 65535', sections.opsSection, { port: 65_536 }],
    ['a sample ratio above 1', sections.telemetrySection, { sampleRatio: 1.5 }],
    ['a collector that is not HTTP', sections.telemetrySection, { otlpEndpoint: 'grpc://collector' }],
    ['an unknown key', sections.topicsSection, { partition: 3 }],
  ])('refuse %s', (_, section, value) => {
    expect(section.safeParse(value).success).toBe(false);
  });
});
