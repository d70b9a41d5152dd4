import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { clientsOf, closedIncident, crashLoop, type Stack } from '../support/stack.ts';
import { testCluster } from '../support/test-cluster.ts';
import { type ReceivedSpan, startTraceCollector, type TraceCollector } from '../support/trace-collector.ts';

describe('the trace of an incident', () => {
  let collector: TraceCollector;
  let stack: Stack;

  beforeAll(async () => {
    collector = await startTraceCollector();
    stack = await startEmbeddedStack(['--otlp-endpoint', collector.endpoint]);
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    collector?.stop();
  });

  /** From the first span down to one of that name, each name once. */
  function pathTo(name: string, spans: readonly ReceivedSpan[]): string[] {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const path: string[] = [];
    for (let span = spans.find((s) => s.name === name); span; span = byId.get(span.parentId)) {
      path.unshift(span.name);
    }
    return path;
  }

  it('is one, from the report over every service to the closed decision', async () => {
    const clients = clientsOf(stack);
    const cluster = testCluster(stack.kubeconfig);
    const pod = await cluster.deploy('traced', 3);
    const { incidentId } = await clients.detector.reportIncident(crashLoop(stack, 'traced', pod));
    await closedIncident(clients, incidentId);
    clients.close();
    const spans = await eventually(() => {
      const root = collector.spans().find((span) => span.name.endsWith('/ReportIncident'));
      const found = collector.spans().filter((span) => span.traceId === root?.traceId);
      expect(found.map((span) => span.name)).toContain('process DecisionClosed');
      return found;
    }, 20_000);
    const start = 'belay.v1.DetectorService/ReportIncident';
    const ordered = [start, 'process IncidentReported', 'drive kubernetes.deletePod'];
    expect(pathTo('kubernetes delete pods', spans)).toEqual([...ordered, 'kubernetes delete pods']);
    expect(pathTo('process ActionFinished', spans)).toEqual([...ordered, 'process ActionFinished']);
    const closing = pathTo('process DecisionClosed', spans);
    expect(closing.slice(0, ordered.length)).toEqual(ordered);
    expect(closing.slice(ordered.length)).toEqual([
      'process StateSampled',
      'process ActionSettled',
      'process DecisionClosed',
    ]);
    expect(spans.filter((span) => span.failed)).toEqual([]);
  }, 60_000);
});
