import { randomUUID } from 'node:crypto';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type StatusObject,
} from '@grpc/grpc-js';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { readBearer } from '#lib/identity/create-authenticator.ts';
import {
  type Access,
  type Authenticator,
  type Identity,
  identityOf,
  permits,
} from '#lib/identity/identity.ts';
import { toStatus } from './error-status.ts';
import type { CallContext } from './service-methods.ts';

export interface Refusal {
  /** Undefined: not known, or not told. */
  readonly actor: Identity | undefined;
  /** DecisionService/EngageKillSwitch */
  readonly method: string;
  readonly neededRole: string;
  readonly peer: string;
}

/** What is known of a call that was let in. */
export interface Admission extends Omit<CallContext, 'signal'> {
  readonly method: string;
}

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly defaultTimeoutMs: number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly statusFor: (error: unknown, call: { method: string; requestId: string }) => StatusObject;
}

export interface CallGate {
  readonly interceptor: ServerInterceptor;
  readonly admissionOf: (metadata: Metadata) => Admission;
}

/**
 * Stands before every method in `rules` and decides on the headers alone: strangers cannot make the server
 * read or decode what they send, and the time of a call runs from its first byte. Methods without a rule are
 * the server's own, health and reflection.
 */
export function createCallGate(rules: ReadonlyMap<string, Access>, options: GateOptions): CallGate {
  const admissions = new WeakMap<Metadata, Admission>();
  return {
    interceptor: ({ path }, call) => {
      const access = rules.get(path);
      if (access === undefined) return new ServerInterceptingCall(call);
      const over = new AbortController();
      const onReceiveMetadata = (metadata: Metadata, proceed: (metadata: Metadata) => void) => {
        const arrival = arrivalOf(path, call, metadata, over.signal, options);
        authorize(call, metadata, access, arrival, options).then(
          (actor) => {
            admissions.set(metadata, { ...arrival, actor });
            proceed(metadata);
          },
          (error) => call.sendStatus(options.statusFor(error, arrival)),
        );
      };
      const onCancel = () => over.abort();
      return new ServerInterceptingCall(call, { start: (next) => next({ onReceiveMetadata, onCancel }) });
    },
    admissionOf: (metadata) => {
      const admission = admissions.get(metadata);
      // Cannot be, and must not be: nothing runs for a call that came around the gate.
      if (!admission) throw new Error('a call was not admitted');
      return admission;
    },
  };
}

type Arrival = Omit<Admission, 'actor'>;

function arrivalOf(
  path: string,
  call: ServerInterceptingCallInterface,
  metadata: Metadata,
  over: AbortSignal,
  options: GateOptions,
): Arrival {
  const requestId = String(metadata.get('x-request-id')[0] ?? '');
  return {
    method: path.slice(path.lastIndexOf('.') + 1),
    requestId: /^[\w.:-]{1,64}$/.test(requestId) ? requestId : randomUUID(),
    peer: call.getPeer(),
    deadline: deadlineOf(call, over, options),
  };
}

/** The client's deadline, which the library keeps, or the server's own, which is kept here. */
function deadlineOf(
  call: ServerInterceptingCallInterface,
  over: AbortSignal,
  { clock, defaultTimeoutMs }: GateOptions,
): Date {
  const given = call.getDeadline();
  if (given !== Infinity) return new Date(given);
  void clock.sleep(defaultTimeoutMs, over).then(() => {
    if (!over.aborted) call.sendStatus(toStatus(deadlinePassed()));
  });
  return new Date(clock.now().getTime() + defaultTimeoutMs);
}

async function authorize(
  call: ServerInterceptingCallInterface,
  metadata: Metadata,
  access: Access,
  { method, peer }: Arrival,
  { authenticator, onRefused }: GateOptions,
): Promise<Identity> {
  const neededRole = [access].flat().join(' or ');
  const known = await identify(call, metadata, authenticator).catch((error: unknown) => {
    const unknown = error instanceof BelayError && error.kind === 'unauthenticated';
    if (unknown) onRefused({ actor: undefined, method, neededRole, peer });
    throw error;
  });
  const actor = known ?? (access === 'anyone' ? identityOf('anonymous', []) : undefined);
  if (actor && permits(actor, access)) return actor;
  onRefused({ actor, method, neededRole, peer });
  throw actor ? lacksRole(actor, method, neededRole) : notSignedIn();
}

async function identify(
  call: ServerInterceptingCallInterface,
  metadata: Metadata,
  authenticator: Authenticator,
): Promise<Identity | undefined> {
  const headers = metadata.get('authorization');
  return authenticator.authenticate({
    // Of two, somebody on the way may have read the other one: they are no bearer token.
    token: readBearer(headers.length > 1 ? '' : headers[0]?.toString()),
    certificate: call.getAuthContext().sslPeerCertificate,
  });
}

export function deadlinePassed(): BelayError {
  return new BelayError('timeout', 'the deadline passed before there was an answer', {
    code: 'DEADLINE_PASSED',
    why: 'what was begun may still take effect',
    next: 'look at what came of it before asking again',
  });
}

function notSignedIn(): BelayError {
  return new BelayError('unauthenticated', 'not signed in', {
    code: 'NOT_SIGNED_IN',
    next: 'send a token, or connect with a client certificate',
  });
}

function lacksRole(actor: Identity, method: string, neededRole: string): BelayError {
  return new BelayError('forbidden', `${actor.name} may not call ${method}`, {
    code: 'ROLE_MISSING',
    why: `it needs the role ${neededRole}; ${actor.name} has ${actor.roles.join(', ') || 'none'}`,
    next: 'ask an operator, or sign in as somebody who has the role',
  });
}
