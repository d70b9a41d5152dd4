import { readFileSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  type Server,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { BelayError, messageOf } from '#lib/errors.ts';

type Described = ConstructorParameters<typeof ReflectionService>[0];

export interface ServingStatus {
  /** A service counts as not serving until it is said to be. */
  set(service: string, serving: boolean): void;
  stopAll(): void;
}

/** grpc.health.v1. The whole, which is the empty name, serves when each service does. */
export function addHealth(server: Server): ServingStatus {
  const implementation = new HealthImplementation({ '': 'SERVING' });
  const reported = new Map([['', true]]);
  const serving = new Map<string, boolean>();
  const report = (name: string, ok: boolean) => {
    if (reported.get(name) === ok) return;
    reported.set(name, ok);
    implementation.setStatus(name, ok ? 'SERVING' : 'NOT_SERVING');
  };
  const set = (service: string, ok: boolean) => {
    serving.set(service, ok);
    report(service, ok);
    report('', [...serving.values()].every(Boolean));
  };
  implementation.addToServer(server);
  return {
    set,
    stopAll: () => {
      for (const service of serving.keys()) set(service, false);
      report('', false);
    },
  };
}

/** grpc.reflection.v1: lets clients ask what the server can do, from what `buf build` wrote. */
export function addReflection(server: Server, descriptorSetFile: string | URL, services: string[]): void {
  // Of a type, the library looks at nothing but its files.
  const types = { served: { fileDescriptorProtos: filesIn(descriptorSetFile) } } as unknown as Described;
  new ReflectionService(types, { services }).addToServer(server);
}

export interface OpenStreams {
  readonly interceptor: ServerInterceptor;
  endAll(): void;
}

/** The streams of these two stay open for as long as their clients like; a stop must not wait for them. */
export function trackStreams(): OpenStreams {
  const open = new Set<ServerInterceptingCallInterface>();
  return {
    interceptor: ({ requestStream, responseStream }, call) => {
      if (!requestStream && !responseStream) return new ServerInterceptingCall(call);
      open.add(call);
      return new ServerInterceptingCall(call, {
        start: (next) => next({ onCancel: () => open.delete(call) }),
      });
    },
    endAll: () => {
      for (const call of open) call.sendStatus({ code: status.UNAVAILABLE, details: 'the server stops' });
    },
  };
}

/** A FileDescriptorSet is nothing but its field 1, again and again. */
function filesIn(descriptorSetFile: string | URL): Buffer[] {
  try {
    const reader = new BinaryReader(readFileSync(descriptorSetFile));
    const files: Buffer[] = [];
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) files.push(Buffer.from(reader.bytes()));
      else reader.skip(wireType, field);
    }
    return files;
  } catch (error) {
    throw new BelayError('invalid', `cannot read the service descriptions ${String(descriptorSetFile)}`, {
      code: 'DESCRIPTORS_UNREADABLE',
      field: 'descriptorSetFile',
      why: messageOf(error),
      cause: error,
    });
  }
}
