import type { ServiceDefinition } from '@grpc/grpc-js';
import type { z } from 'zod';
import { BelayError } from '#lib/errors.ts';
import type { Access, Identity } from '#lib/identity/identity.ts';

/** What ts-proto generates for a service: its methods by name, each with messages of its own. */
export type ServiceMethods = { readonly [name: string]: ServiceMethod };

export interface ServiceMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

export type RequestOf<M extends ServiceMethod> = ReturnType<M['requestDeserialize']>;
export type ResponseOf<M extends ServiceMethod> = ReturnType<M['responseDeserialize']>;

export interface CallContext {
  readonly actor: Identity;
  readonly deadline: Date;
  /** Aborts when the call is over: at the deadline, when the client gives up, when the server is cut off. */
  readonly signal: AbortSignal;
  /** The caller's x-request-id, or one of our own. */
  readonly requestId: string;
  readonly peer: string;
}

export type Handlers<S extends ServiceMethods> = {
  readonly [K in keyof S]: (request: RequestOf<S[K]>, ctx: CallContext) => Promise<ResponseOf<S[K]>>;
};

/** The role that each method needs. */
export type AccessRules<S extends ServiceMethods> = { readonly [K in keyof S]: Access };

/** Checks on requests. They judge and change nothing: the handler gets the request as it came. */
export type RequestSchemas<S extends ServiceMethods> = { readonly [K in keyof S]?: z.ZodType };

export interface ServedMethod {
  readonly name: string;
  readonly definition: ServiceMethod;
  readonly access: Access;
  readonly handle: (request: never, ctx: CallContext) => Promise<unknown>;
  readonly schema: z.ZodType | undefined;
}

/** Fails closed: a method without a rule, or a rule without its method, is a mistake found at boot. */
export function servedMethods<S extends ServiceMethods>(
  definition: S,
  handlers: Handlers<S>,
  access: AccessRules<S>,
  schemas: RequestSchemas<S>,
): readonly ServedMethod[] {
  for (const name of [handlers, access, schemas].flatMap((given) => Object.keys(given))) {
    if (!Object.hasOwn(definition, name)) throw unfit(name, 'the service has no such method');
  }
  return Object.entries(definition).map(([name, method]) => {
    if (method.requestStream || method.responseStream) throw unfit(name, 'streams are not supported');
    const [rule, handle] = [access[name], handlers[name]];
    if (rule === undefined) throw unfit(name, 'the access rules do not say which role it needs');
    if (handle === undefined) throw unfit(name, 'there is no handler for it');
    return { name, definition: method, access: rule, handle, schema: schemas[name] };
  });
}

/** The same service over bytes: decoding waits until the caller is known, and its errors are ours to word. */
export function overBytes(definition: ServiceMethods): ServiceDefinition {
  const bytes = (value: Buffer) => value;
  const raw = {
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, ...raw }]),
  );
}

function unfit(method: string, why: string): BelayError {
  return new BelayError('invalid', `cannot serve ${method}: ${why}`, {
    code: 'SERVICE_INCOMPLETE',
    field: method,
    why,
  });
}
