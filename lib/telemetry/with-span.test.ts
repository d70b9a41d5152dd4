import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BelayError } from '#lib/errors.ts';
import { recordSpans } from './fixtures/recorded-spans.ts';
import { traceQuery, traceRedis } from './store-hooks.ts';
import { isTracing, withSpan } from './with-span.ts';

describe('withSpan', () => {
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => {
    recorded = recordSpans();
  });
  afterEach(() => recorded.stop());

  it('hands the result on, and spans within become children', async () => {
    const result = await withSpan('outer', { attributes: { a: 1 } }, () =>
      withSpan('inner', {}, async (span) => {
        span.setAttribute('b', 2);
        return 'result';
      }),
    );
    expect(result).toBe('result');
    const [inner, outer] = recorded.spans();
    expect(inner).toMatchObject({ name: 'inner', attributes: { b: 2 } });
    expect(outer).toMatchObject({
      name: 'outer',
      attributes: { a: 1 },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it('continues another parent when told to', async () => {
    await withSpan('outer', {}, () => withSpan('apart', { parent: ROOT_CONTEXT }, async () => {}));
    expect(recorded.spans()[0]?.parentSpanContext).toBeUndefined();
  });

  it('takes note of a failure and lets it pass, without the secrets in it', async () => {
    const error = new BelayError('unavailable', 'no answer from redis://:hunter2@h', { code: 'REDIS_AWAY' });
    await expect(withSpan('x', {}, () => Promise.reject(error))).rejects.toBe(error);
    const [span] = recorded.spans();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'no answer from redis://[redacted]@h' },
      attributes: { 'error.type': 'REDIS_AWAY' },
      events: [{ name: 'exception' }],
    });
    expect(JSON.stringify(span?.events)).not.toContain('hunter2');
  });

  it('ends the span also when what it runs throws before it is asynchronous', async () => {
    const failing = withSpan('x', {}, () => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
    expect(recorded.spans()).toHaveLength(1);
  });

  it('does not run within the span what comes after it', async () => {
    await withSpan('x', {}, async () => {});
    expect(trace.getSpan(context.active())).toBeUndefined();
  });

  it('gives a statement a span after the fact, with its text and its time', async () => {
    await withSpan('outer', {}, async () => {
      traceQuery({ sql: 'select * from watch where id = $1', durationMs: 250 });
      traceQuery({ sql: 'insert into x', durationMs: 1, error: new Error('duplicate') });
    });
    const [select, insert, outer] = recorded.spans();
    expect(select).toMatchObject({
      name: 'SELECT',
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'select * from watch where id = $1' },
      duration: [0, 250_000_000],
    });
    expect(insert).toMatchObject({
      name: 'INSERT',
      status: { code: SpanStatusCode.ERROR, message: 'duplicate' },
    });
    expect(select?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it('gives a redis command a span by its name', async () => {
    await withSpan('outer', {}, () => traceRedis('reserve-slot', async () => 1));
    expect(recorded.spans()[0]).toMatchObject({
      name: 'reserve-slot',
      attributes: { 'db.system.name': 'redis' },
    });
  });

  it('makes no trace of the polls of idle workers', async () => {
    traceQuery({ sql: 'select 1', durationMs: 1 });
    expect(await traceRedis('peek', async () => 'kept')).toBe('kept');
    expect(recorded.spans()).toEqual([]);
  });
});

describe('without tracing', () => {
  it('everything runs the same', async () => {
    expect(isTracing()).toBe(false);
    expect(await withSpan('x', {}, async (span) => span.isRecording())).toBe(false);
    await expect(withSpan('x', {}, () => Promise.reject(new Error('same')))).rejects.toThrow('same');
  });
});
