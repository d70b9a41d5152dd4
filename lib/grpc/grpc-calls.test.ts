import { inspect } from 'node:util';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KillSwitchState } from '#gen/belay/v1/control.ts';
import { DecisionServiceClient } from '#gen/belay/v1/decision_service.ts';
import { ManualClock } from '#lib/clock.ts';
import { BelayError, type ErrorKind } from '#lib/errors.ts';
import { deferred, eventually } from '../../test/support/eventually.ts';
import {
  authenticator,
  closeAll,
  engageRequest,
  noControls,
  startDecisionServer,
  tokenOf,
} from './fixtures/decision-server.ts';
import { createGrpcClient } from './grpc-client.ts';
import { GET_CONTROLS, rawCall } from './fixtures/raw-call.ts';
import { MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES } from './limits.ts';
import type { CallContext } from './service-methods.ts';

afterEach(closeAll);

const until = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
const thrownBy = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const authorization = `Bearer ${tokenOf('viewer')}`;

describe('a call', () => {
  it('reaches its handler with the request, the caller, the deadline and the request id', async () => {
    let seen: CallContext | undefined;
    const { clientOf } = await startDecisionServer({
      engageKillSwitch: async ({ reason }, ctx) => {
        seen = ctx;
        return { control: { key: reason } as never };
      },
    });
    const options = { timeoutMs: 5_000, requestId: 'req-7' };
    const answer = await clientOf('responder').engageKillSwitch(engageRequest, options);
    expect(answer).toMatchObject({ control: { key: 'drill' } });
    expect(seen).toMatchObject({ actor: { kind: 'human', name: 'the-responder' }, requestId: 'req-7' });
    expect(Math.abs(Number(seen?.deadline) - Date.now() - 5_000)).toBeLessThan(2_000);
    expect(seen?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('gets a request id of the server when its own is missing or odd', async () => {
    const ids: string[] = [];
    const { endpoint } = await startDecisionServer({
      getControls: async (_request, { requestId }) => {
        ids.push(requestId);
        return noControls;
      },
    });
    await rawCall(endpoint, GET_CONTROLS, Buffer.alloc(0), { authorization });
    await rawCall(endpoint, GET_CONTROLS, Buffer.alloc(0), { authorization, 'x-request-id': 'a b {"c"}' });
    expect(ids).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), expect.stringMatching(/^[\da-f-]{36}$/)]);
  });
});

describe('a deadline', () => {
  it('is the server’s own for a call without one, and aborts what runs', async () => {
    const clock = new ManualClock(new Date());
    const started = deferred<CallContext>();
    const { endpoint } = await startDecisionServer(
      {
        getControls: (_request, ctx) => {
          started.resolve(ctx);
          return until(ctx.signal);
        },
      },
      { clock, defaultTimeoutMs: 30_000 },
    );
    const answer = rawCall(endpoint, GET_CONTROLS, Buffer.alloc(0), { authorization });
    const { deadline, signal } = await started.promise;
    expect(deadline.getTime() - clock.now().getTime()).toBe(30_000);
    await clock.advance(29_999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect((await answer).error?.code).toBe(status.DEADLINE_EXCEEDED);
    await eventually(() => expect(signal.reason).toMatchObject({ kind: 'timeout' }));
  });

  it('ends a call whose handler does not listen', async () => {
    const { clientOf } = await startDecisionServer({ getControls: () => new Promise(() => {}) });
    const error = await thrownBy(clientOf('viewer').getControls({}, { timeoutMs: 80 }));
    expect(error).toMatchObject({ kind: 'timeout', code: 'DEADLINE_PASSED' });
  });

  it('that has passed before the handler starts keeps it from running', async () => {
    let runs = 0;
    const signIn = deferred();
    const slow = {
      authenticate: async (given: object) => {
        await signIn.promise;
        return authenticator.authenticate(given);
      },
    };
    const { clientOf } = await startDecisionServer(
      {
        getControls: async () => {
          runs += 1;
          return noControls;
        },
      },
      { authenticator: slow },
    );
    const client = clientOf('viewer');
    expect(await thrownBy(client.getControls({}, { timeoutMs: 60 }))).toMatchObject({ kind: 'timeout' });
    signIn.resolve();
    expect(await thrownBy(client.getControls({}, { timeoutMs: 0 }))).toMatchObject({ kind: 'timeout' });
    expect(runs).toBe(0);
    await client.getControls({});
    expect(runs).toBe(1);
  });

  it('does not have to come for the handler to be told that the client has given up', async () => {
    const started = deferred<AbortSignal>();
    const { clientOf, failures } = await startDecisionServer({
      getControls: (_request, { signal }) => {
        started.resolve(signal);
        return until(signal);
      },
    });
    const giveUp = new AbortController();
    const answer = thrownBy(clientOf('viewer').getControls({}, { signal: giveUp.signal }));
    const signal = await started.promise;
    giveUp.abort();
    expect(await answer).toMatchObject({ code: 'CALL_CANCELLED' });
    await eventually(() => expect(signal.aborted).toBe(true));
    expect(failures).toEqual([]);
  });
});

describe('an error of the handler', () => {
  const codes: Record<ErrorKind, status> = {
    invalid: status.INVALID_ARGUMENT,
    not_found: status.NOT_FOUND,
    conflict: status.FAILED_PRECONDITION,
    unauthenticated: status.UNAUTHENTICATED,
    forbidden: status.PERMISSION_DENIED,
    unavailable: status.UNAVAILABLE,
    timeout: status.DEADLINE_EXCEEDED,
    internal: status.INTERNAL,
  };
  const kinds = Object.keys(codes) as ErrorKind[];
  const failing = (error: Error) => startDecisionServer({ getControls: () => Promise.reject(error) });

  it.each(kinds)('of kind %s arrives as it was made', async (kind) => {
    const details = {
      code: 'PLAN_CHANGED',
      field: 'plan.hash',
      why: 'revision 42 → 43',
      next: 'belay approval show',
    };
    const { clientOf, endpoint } = await failing(
      new BelayError(kind, 'not approved: the plan changed', details),
    );
    const error = await thrownBy(clientOf('viewer').getControls({}));
    expect(error).toBeInstanceOf(BelayError);
    expect(error).toMatchObject({ kind, message: 'not approved: the plan changed', ...details });
    const raw = await rawCall(endpoint, GET_CONTROLS, Buffer.alloc(0), { authorization });
    expect(raw.error?.code).toBe(codes[kind]);
  });

  it.each([
    ['other scripts and symbols', 'Größe: 名前 не найдено 🧗'],
    ['line breaks and control characters', 'one\ntwo\r\n\u0000three\u001b[31m'],
    ['what looks like an encoding', '%F0%9F %zz "}\\'],
  ])('survives %s', async (_what, text) => {
    const { clientOf } = await failing(
      new BelayError('conflict', text, { code: 'X', why: text, field: text }),
    );
    const error = await thrownBy(clientOf('viewer').getControls({}));
    expect(error).toMatchObject({ kind: 'conflict', message: text, why: text, field: text });
  });

  it('with half a character in it still arrives', async () => {
    const { clientOf } = await failing(
      new BelayError('conflict', 'half \ud83e', { code: 'X', why: '\udd17' }),
    );
    const error = await thrownBy(clientOf('viewer').getControls({}));
    expect(error).toMatchObject({ kind: 'conflict', message: 'half \ufffd', why: '\ufffd' });
  });

  it('of any length is cut to what headers carry', async () => {
    const long = '名'.repeat(100_000);
    const { clientOf } = await failing(
      new BelayError('conflict', long, { code: 'X', field: long, why: long, next: long }),
    );
    const error = await thrownBy(clientOf('viewer').getControls({}));
    expect(error).toMatchObject({ kind: 'conflict', code: 'X' });
    expect((error as BelayError).message).toMatch(/^名{499}…$/);
  });

  it('keeps its cause to itself', async () => {
    const cause = new Error('postgres://belay:s3cret@db');
    const { endpoint } = await failing(
      new BelayError('unavailable', 'the store is away', { code: 'X', cause }),
    );
    const { error } = await rawCall(endpoint, GET_CONTROLS, Buffer.alloc(0), { authorization });
    expect(inspect(error?.metadata.get('belay-error-bin').toString())).not.toContain('s3cret');
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
  });

  it.each([
    ['an exception', new TypeError('cannot read s3cret of undefined')],
    ['a text', 's3cret'],
    ['nothing', undefined],
  ])('that nobody worded (%s) tells the caller no more than where to look', async (_what, thrown) => {
    const { clientOf, failures } = await failing(thrown as Error);
    const error = await thrownBy(clientOf('viewer').getControls({}, { requestId: 'req-9' }));
    expect(error).toMatchObject({ kind: 'internal', code: 'INTERNAL', message: 'internal error' });
    expect((error as BelayError).next).toContain('req-9');
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
    expect(failures).toEqual([{ method: 'DecisionService/GetControls', requestId: 'req-9', error: thrown }]);
  });

  it('is one too when the answer cannot be encoded', async () => {
    const { clientOf, failures } = await startDecisionServer({ getControls: async () => undefined as never });
    expect(await thrownBy(clientOf('viewer').getControls({}))).toMatchObject({ code: 'INTERNAL' });
    expect(failures).toHaveLength(1);
  });
});

describe('a request', () => {
  const schemas = {
    engageKillSwitch: z.object({ reason: z.string().min(1, 'say why'), target: z.string().max(5) }),
  };

  it('that breaks its schema is refused by the name of the field, and not handled', async () => {
    let runs = 0;
    const { clientOf } = await startDecisionServer(
      {
        engageKillSwitch: async () => {
          runs += 1;
          return { control: undefined };
        },
      },
      { schemas },
    );
    const client = clientOf('responder');
    const refused = await thrownBy(client.engageKillSwitch({ ...engageRequest, reason: '' }));
    expect(refused).toMatchObject({
      kind: 'invalid',
      code: 'REQUEST_INVALID',
      field: 'reason',
      message: 'reason: say why',
    });
    expect(runs).toBe(0);
    await client.engageKillSwitch(engageRequest);
    expect(runs).toBe(1);
  });

  it('reaches the handler whole, with the fields that its schema does not name', async () => {
    const { clientOf } = await startDecisionServer(
      { engageKillSwitch: async ({ state }) => ({ control: { key: String(state) } as never }) },
      { schemas },
    );
    const answer = await clientOf('responder').engageKillSwitch(engageRequest);
    expect(answer).toMatchObject({ control: { key: String(KillSwitchState.STOP_NEW) } });
  });

  it('that is no message is refused as invalid, after the caller is known', async () => {
    const { endpoint } = await startDecisionServer();
    const garbage = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    const path = '/belay.v1.DecisionService/EngageKillSwitch';
    const known = { authorization: `Bearer ${tokenOf('operator')}` };
    expect((await rawCall(endpoint, path, garbage)).error?.code).toBe(status.UNAUTHENTICATED);
    expect((await rawCall(endpoint, path, garbage, known)).error?.code).toBe(status.INVALID_ARGUMENT);
  });

  it('larger than the limit is refused, known caller or not', async () => {
    const { endpoint } = await startDecisionServer();
    const huge = Buffer.alloc(MAX_REQUEST_BYTES + 1);
    const known = await rawCall(endpoint, GET_CONTROLS, huge, { authorization });
    expect(known.error?.code).toBe(status.RESOURCE_EXHAUSTED);
    expect((await rawCall(endpoint, GET_CONTROLS, huge)).error?.code).toBe(status.UNAUTHENTICATED);
  });

  it('that is too large does not leave the client', async () => {
    const { clientOf } = await startDecisionServer();
    const huge = { ...engageRequest, reason: 'x'.repeat(MAX_REQUEST_BYTES) };
    const error = await thrownBy(clientOf('responder').engageKillSwitch(huge));
    expect(error).toMatchObject({ kind: 'invalid', code: 'MESSAGE_TOO_LARGE' });
  });

  it('answered with too much fails by name', async () => {
    const control = { key: 'x'.repeat(MAX_RESPONSE_BYTES) } as never;
    const { clientOf } = await startDecisionServer({ engageKillSwitch: async () => ({ control }) });
    const error = await thrownBy(clientOf('responder').engageKillSwitch(engageRequest));
    expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });
});

describe('tracing', () => {
  it('surrounds the call on both sides, carries headers across and sees how it ended', async () => {
    const log: string[] = [];
    const { endpoint } = await startDecisionServer(
      { engageKillSwitch: () => Promise.reject(new BelayError('conflict', 'no', { code: 'NO' })) },
      {
        trace: async (call, next) => {
          log.push(`server ${call.service} ${call.method} ${call.header('traceparent')}`);
          return next().catch((error: unknown) => {
            log.push(`server saw ${(error as BelayError).code}`);
            throw error;
          });
        },
      },
    );
    const client = createGrpcClient(DecisionServiceClient, {
      endpoint,
      token: tokenOf('operator'),
      trace: async (call, next) => {
        call.setHeader('traceparent', '00-abc-def-01');
        return next().finally(() => log.push(`client ${call.endpoint} ${call.method}`));
      },
    });
    await thrownBy(client.engageKillSwitch(engageRequest));
    client.close();
    expect(log).toEqual([
      'server belay.v1.DecisionService EngageKillSwitch 00-abc-def-01',
      'server saw NO',
      `client ${endpoint} EngageKillSwitch`,
    ]);
  });
});
