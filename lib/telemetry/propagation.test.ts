import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consumerTrace } from './consumer-hooks.ts';
import { recordSpans } from './fixtures/recorded-spans.ts';
import { grpcClientTrace, grpcServerTrace } from './grpc-hooks.ts';
import { traceHttp } from './http-hooks.ts';
import { parentFrom, parentFromRecord, traceHeaders } from './propagation.ts';
import { withSpan } from './with-span.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

let recorded: ReturnType<typeof recordSpans>;
beforeEach(() => {
  recorded = recordSpans();
});
afterEach(() => recorded.stop());

describe('the context of the sender', () => {
  it('is read from its headers, and written into ours', () => {
    const parent = parentFromRecord({ traceparent: Buffer.from(TRACEPARENT) });
    expect(trace.getSpanContext(parent)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: 1,
      isRemote: true,
    });
    expect(traceHeaders(parent)).toEqual({ traceparent: TRACEPARENT });
  });

  it('comes back as it was written, sampled or not', () => {
    const id = (length: number) =>
      fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((hex) => !/^0+$/.test(hex));
    fc.assert(
      fc.property(id(32), id(16), fc.boolean(), (traceId, spanId, isSampled) => {
        const context = trace.setSpanContext(ROOT_CONTEXT, {
          traceId,
          spanId,
          traceFlags: isSampled ? 1 : 0,
        });
        const headers = traceHeaders(context);
        expect(trace.getSpanContext(parentFrom((name) => headers[name]))).toMatchObject({
          traceId,
          spanId,
          traceFlags: isSampled ? 1 : 0,
        });
      }),
    );
  });

  it('may be of a later version, with fields that we do not know', () => {
    const later = `cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-holds`;
    expect(trace.getSpanContext(parentFrom(() => later))).toMatchObject({ traceId: TRACE_ID });
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['a word', 'garbage'],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['a span id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['the forbidden version', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['more than its version has', `${TRACEPARENT}-more`],
    ['capitals', TRACEPARENT.toUpperCase()],
    ['a line end', `${TRACEPARENT}\n`],
    ['a long one', `cc-${TRACE_ID}-${SPAN_ID}-01-${'x'.repeat(100_000)}`],
  ])('is ignored when it is %s: a new trace begins', async (_, header) => {
    expect(parentFrom(() => header)).toBe(ROOT_CONTEXT);
    await withSpan('x', { parent: parentFrom(() => header) }, async () => {});
    expect(recorded.spans()[0]?.parentSpanContext).toBeUndefined();
  });

  it('never makes reading fail, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parentFromRecord({ traceparent: Buffer.from(bytes) })).toBe(ROOT_CONTEXT);
      }),
    );
  });
});

describe('one trace', () => {
  it('goes from a request through a call and a record to the handler of the record', async () => {
    const incoming = new Map([['traceparent', TRACEPARENT]]);
    const call = { service: 'belay.v1.DecisionService', method: 'Approve' };
    const wire = new Map<string, string>();
    const metrics = { grpcRequests: { add: () => {} } };
    const record = { topic: 'decision', partition: 2, offset: 7, timestampMs: 0, key: null, value: null };

    const publish = async () => consumerTrace.headers();
    const serve = () =>
      grpcServerTrace(metrics, 'decision')({ ...call, header: (name) => wire.get(name) }, publish);
    const headers = await traceHttp(
      'POST /v1/approvals',
      (name) => incoming.get(name),
      () => grpcClientTrace({ ...call, setHeader: (name, value) => wire.set(name, value) }, serve),
    );
    const buffers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
    );
    await consumerTrace.run(
      { type: 'OrderIssued', id: 'evt-1' } as never,
      { ...record, headers: buffers },
      async () => {},
    );

    const spans = recorded.spans().toReversed();
    expect(spans.map(({ name }) => name)).toEqual([
      'process OrderIssued',
      'POST /v1/approvals',
      'belay.v1.DecisionService/Approve',
      'belay.v1.DecisionService/Approve',
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE_ID]));
    const [handled, http, client, server] = spans;
    expect(http?.parentSpanContext?.spanId).toBe(SPAN_ID);
    expect(client?.parentSpanContext?.spanId).toBe(http?.spanContext().spanId);
    expect(server?.parentSpanContext?.spanId).toBe(client?.spanContext().spanId);
    expect(handled?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    expect(handled?.attributes).toMatchObject({
      'messaging.destination.name': 'decision',
      'messaging.kafka.offset': 7,
    });
  });

  it('leaves no header behind where nothing runs', () => {
    expect(traceHeaders()).toEqual({});
  });
});
