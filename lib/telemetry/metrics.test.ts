import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { BelayError, type ErrorKind } from '#lib/errors.ts';
import { toStatus } from '#lib/grpc/error-status.ts';
import { createLogger } from '#lib/logger.ts';
import { status } from '@grpc/grpc-js';
import { consumerMetrics } from './consumer-hooks.ts';
import { grpcServerTrace } from './grpc-hooks.ts';
import { belayMetrics, METRICS } from './metrics.ts';
import { startTelemetry, type Telemetry } from './start-telemetry.ts';

const warnings: string[] = [];
const logger = createLogger({
  name: 'test',
  level: 'warn',
  destination: { write: (line) => warnings.push(line) },
});
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  warnings.length = 0;
});

async function start(): Promise<Telemetry> {
  const clock = new ManualClock(new Date(0));
  const telemetry = await startTelemetry(
    { sampleRatio: 1 },
    { service: 'decision', version: '1.2.3', logger, clock },
  );
  cleanUps.push(() => telemetry.shutdown());
  return telemetry;
}

/** What a scraper gets, over HTTP. */
async function scrape(telemetry: Telemetry): Promise<{ text: string; type: string | null }> {
  const server = createServer((request, response) => void telemetry.metricsHandler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
  return { text: await response.text(), type: response.headers.get('content-type') };
}

/** Name, help, type and labels, read back from the text. */
function exported(text: string) {
  const lines = text.split('\n');
  return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help]) => {
    const type = lines.find((line) => line.startsWith(`# TYPE ${name} `))?.split(' ')[3];
    const sample =
      lines.find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name}_count{`)) ?? '';
    return { name, type, help, labels: [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label) };
  });
}

describe('the metrics', () => {
  it('are those of the table: the same names, kinds, texts and labels, and nothing beside them', async () => {
    const telemetry = await start();
    const metrics = belayMetrics(telemetry.metrics);
    consumerMetrics(metrics, 'decision').handled('incident', 'IncidentReported', 'dead_lettered', 0.2);
    metrics.watchConsumerLag(() => [{ service: 'decision', topic: 'incident', seconds: 3 }]);
    metrics.grpcRequests.add(1, { service: 'decision', method: 'Approve', code: 'OK' });

    const { text, type } = await scrape(telemetry);

    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(exported(text).toSorted(byName)).toEqual(Object.values(METRICS).toSorted(byName));
    expect(text).toContain(
      'belay_events_handled_total{service="decision",topic="incident",type="IncidentReported",result="dead_lettered"} 1\n',
    );
    expect(text).toContain(
      'belay_event_handling_seconds_bucket{service="decision",topic="incident",le="0.25"} 1\n',
    );
    expect(text).toContain('belay_dead_letters_total{topic="incident"} 1\n');
    expect(text).toContain('belay_build_info{version="1.2.3"} 1\n');
    expect(text).not.toMatch(/target_info|otel_/);
  });

  it('are shared by the services of one process', async () => {
    const telemetry = await start();
    for (const topic of ['incident', 'incident', 'decision']) {
      belayMetrics(telemetry.metrics).deadLetters.add(1, { topic });
    }
    const { text } = await scrape(telemetry);
    expect(text).toContain('belay_dead_letters_total{topic="incident"} 2\n');
    expect(text).toContain('belay_dead_letters_total{topic="decision"} 1\n');
  });

  it('read the lag at each scrape, until a consumer is gone', async () => {
    const telemetry = await start();
    let seconds = 1;
    const unwatch = belayMetrics(telemetry.metrics).watchConsumerLag(() => [
      { service: 's', topic: 't', seconds },
    ]);
    expect((await scrape(telemetry)).text).toContain('belay_consumer_lag_seconds{service="s",topic="t"} 1\n');
    seconds = 7.5;
    expect((await scrape(telemetry)).text).toContain(
      'belay_consumer_lag_seconds{service="s",topic="t"} 7.5\n',
    );
    unwatch();
    expect((await scrape(telemetry)).text).not.toContain('belay_consumer_lag_seconds{');
  });

  it('come without those that cannot be read, and the log says so once', async () => {
    const telemetry = await start();
    belayMetrics(telemetry.metrics).watchConsumerLag(() => {
      throw new Error('no lag today');
    });
    for (let i = 0; i < 3; i += 1) expect((await scrape(telemetry)).text).toContain('belay_build_info');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('no lag today');
  });

  it('count calls by the status that the client sees', async () => {
    const telemetry = await start();
    const trace = grpcServerTrace(belayMetrics(telemetry.metrics), 'decision');
    const call = { service: 'belay.v1.DecisionService', method: 'Approve', header: () => undefined };
    const kinds: ErrorKind[] = [
      'invalid',
      'not_found',
      'conflict',
      'unauthenticated',
      'forbidden',
      'unavailable',
      'timeout',
      'internal',
    ];
    const errors = kinds.map((kind) => new BelayError(kind, 'x', { code: 'X' }));
    await trace(call, async () => 'answer');
    for (const error of errors) await expect(trace(call, () => Promise.reject(error))).rejects.toBe(error);
    const { text } = await scrape(telemetry);
    for (const code of ['OK', ...errors.map((error) => status[toStatus(error).code])]) {
      expect(text).toContain(
        `belay_grpc_requests_total{service="decision",method="Approve",code="${code}"} 1\n`,
      );
    }
  });
});
