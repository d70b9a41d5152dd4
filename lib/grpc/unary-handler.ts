import type { handleUnaryCall, Metadata, sendUnaryData, ServerUnaryCall, StatusObject } from '@grpc/grpc-js';
import type { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import { type Admission, deadlinePassed } from './call-gate.ts';
import { toStatus } from './error-status.ts';
import type { CallContext, ServedMethod } from './service-methods.ts';
import { type ServerTrace, tracedCall } from './trace.ts';

export interface UnaryOptions {
  readonly clock: Clock;
  readonly trace: ServerTrace;
  readonly admissionOf: (metadata: Metadata) => Admission;
  readonly statusFor: (error: unknown, call: Admission) => StatusObject;
}

/** An async function as the library's kind of handler, over bytes: decode, check, run, encode. */
export function unaryHandler(method: ServedMethod, options: UnaryOptions): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) =>
    void respond(call, callback, options.admissionOf(call.metadata), method, options);
}

async function respond(
  call: ServerUnaryCall<Buffer, Buffer>,
  callback: sendUnaryData<Buffer>,
  admission: Admission,
  method: ServedMethod,
  options: UnaryOptions,
): Promise<void> {
  const signal = endOf(call, admission, options.clock);
  try {
    callback(null, await answer(call, method, { ...admission, signal }, options));
  } catch (error) {
    // A handler that stopped because the call was over has not failed, and nobody reads the answer.
    callback(isAbort(error, signal) ? toStatus(callerGone()) : options.statusFor(error, admission));
  }
}

async function answer(
  call: ServerUnaryCall<Buffer, Buffer>,
  { definition, handle, schema }: ServedMethod,
  ctx: CallContext,
  { clock, trace }: UnaryOptions,
): Promise<Buffer> {
  const header = (name: string) => call.metadata.get(name)[0]?.toString();
  return trace({ ...tracedCall(definition.path), header }, async () => {
    const request = decode(definition, call.request);
    if (schema) check(request, schema);
    // The last look before anything happens: signing in may have taken what time there was.
    if (ctx.signal.aborted || clock.now() >= ctx.deadline) throw deadlinePassed();
    return definition.responseSerialize((await handle(request as never, ctx)) as never);
  });
}

function endOf(call: ServerUnaryCall<Buffer, Buffer>, { deadline }: Admission, clock: Clock): AbortSignal {
  const ended = new AbortController();
  // The library says so at every end of a call: deadline, client gone, server stopped, and answered.
  call.on('cancelled', () => ended.abort(clock.now() >= deadline ? deadlinePassed() : callerGone()));
  return ended.signal;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function decode(definition: ServedMethod['definition'], bytes: Buffer): unknown {
  try {
    return definition.requestDeserialize(bytes);
  } catch (error) {
    throw new BelayError('invalid', 'the request cannot be decoded', {
      code: 'REQUEST_MALFORMED',
      why: messageOf(error),
      next: 'check that client and server have the same version',
    });
  }
}

function check(request: unknown, schema: z.ZodType): void {
  const issue = schema.safeParse(request).error?.issues[0];
  if (!issue) return;
  const field = issue.path.map(String).join('.');
  throw new BelayError('invalid', field === '' ? issue.message : `${field}: ${issue.message}`, {
    code: 'REQUEST_INVALID',
    ...(field === '' ? {} : { field }),
    ...(issue.code === 'custom' && issue.params),
  });
}

function callerGone(): BelayError {
  return new BelayError('unavailable', 'the caller is gone', { code: 'CALL_CANCELLED' });
}
