import { Server, type StatusObject, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Access, Authenticator } from '#lib/identity/identity.ts';
import { createCallGate, type Refusal } from './call-gate.ts';
import { toStatus } from './error-status.ts';
import { createListener, type Listener } from './listener.ts';
import { DEFAULT_TIMEOUT_MS, SERVER_LIMITS, silenceGrpcLog } from './limits.ts';
import {
  type AccessRules,
  type Handlers,
  overBytes,
  type RequestSchemas,
  type ServiceMethods,
  servedMethods,
} from './service-methods.ts';
import { addHealth, addReflection, trackStreams } from './standard-services.ts';
import { type ServerTrace, tracedCall, untraced } from './trace.ts';
import { type ServerTransport, serverCredentials } from './transport.ts';
import { unaryHandler } from './unary-handler.ts';

export interface GrpcServerOptions extends ServerTransport {
  /** 0: any that is free. */
  readonly port: number;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  /** For calls that come without a deadline. */
  readonly defaultTimeoutMs?: number;
  /** Turns reflection on: the FileDescriptorSet of the files served and all that they import. */
  readonly descriptorSetFile?: string | URL;
  readonly trace?: ServerTrace;
  readonly onRefused: (refusal: Refusal) => void;
  /** For the log: what the caller only learns the request id of. */
  readonly onError: (failure: Failure) => void;
}

export interface Failure {
  readonly method: string;
  readonly requestId: string;
  readonly error: unknown;
}

export interface GrpcServer {
  addService<S extends ServiceMethods>(
    definition: S,
    handlers: Handlers<S>,
    access: AccessRules<S>,
    schemas?: RequestSchemas<S>,
  ): void;
  /** For grpc.health.v1, by full name: belay.v1.DecisionService. */
  setServing(service: string, serving: boolean): void;
  start(): Promise<{ readonly port: number; readonly endpoint: string }>;
  /** Takes no new call, waits for those in hand, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  silenceGrpcLog();
  const { clock, defaultTimeoutMs = DEFAULT_TIMEOUT_MS, trace = untraced } = options;
  const rules = new Map<string, Access>();
  const services = new Set<string>();
  const statusFor = (error: unknown, call: Call) => answerFor(error, call, options.onError);
  const gate = createCallGate(rules, { ...options, defaultTimeoutMs, statusFor });
  const streams = trackStreams();
  const server = new Server({ ...SERVER_LIMITS, interceptors: [gate.interceptor, streams.interceptor] });
  const health = addHealth(server);
  const unary = { clock, trace, statusFor, admissionOf: gate.admissionOf };
  let listener: Listener | undefined;

  return {
    addService: (definition, handlers, access, schemas = {}) => {
      const methods = servedMethods(definition, handlers, access, schemas);
      const implementation: UntypedServiceImplementation = {};
      for (const method of methods) implementation[method.name] = unaryHandler(method, unary);
      server.addService(overBytes(definition), implementation);
      for (const { definition: method, access: rule } of methods) rules.set(method.path, rule);
      for (const service of new Set(methods.map((method) => tracedCall(method.definition.path).service))) {
        services.add(service);
        health.set(service, false);
      }
    },
    setServing: (service, serving) => health.set(service, serving),
    start: async () => {
      listener = createListener(server, serverCredentials(options));
      if (options.descriptorSetFile) addReflection(server, options.descriptorSetFile, [...services]);
      return listener.listen(options.host, options.port);
    },
    stop: async (graceMs) => {
      health.stopAll();
      streams.endAll();
      await listener?.close(graceMs, clock);
    },
  };
}

type Call = Omit<Failure, 'error'>;

/** Only what was worded for callers goes out to them; of anything else they learn where it was noted down. */
function answerFor(error: unknown, { method, requestId }: Call, onError: (f: Failure) => void): StatusObject {
  const worded = error instanceof BelayError ? error : internalError(requestId);
  if (worded.kind === 'internal') onError({ method, requestId, error });
  return toStatus(worded);
}

function internalError(requestId: string): BelayError {
  return new BelayError('internal', 'internal error', {
    code: 'INTERNAL',
    next: `look for request ${requestId} in the log of the server`,
  });
}
