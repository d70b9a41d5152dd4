import type { ClientConstructor, GrpcClient } from '#lib/grpc/grpc-client.ts';
import type { ServiceMethods } from '#lib/grpc/service-methods.ts';
import type { Session } from '../frame/session.ts';

/** One conversation with the Belay that is meant, closed whatever comes of it. */
export async function call<S extends ServiceMethods, T>(
  session: Session,
  Constructor: ClientConstructor<S>,
  talk: (client: GrpcClient<S>) => Promise<T>,
): Promise<T> {
  const [{ createGrpcClient }, connection] = await Promise.all([
    import('#lib/grpc/grpc-client.ts'),
    session.connection(),
  ]);
  const token = connection.token();
  const client = createGrpcClient(Constructor, {
    endpoint: connection.endpoint,
    timeoutMs: session.globals.timeoutMs,
    ...(token !== undefined && { token }),
    ...(connection.tls && { tls: connection.tls }),
  });
  try {
    return await talk(client);
  } finally {
    client.close();
  }
}

/** For what changes something: people see where it goes before it goes there. */
export async function announce(session: Session): Promise<void> {
  const { context, endpoint } = await session.connection();
  session.say(`context ${context}, endpoint ${endpoint}`);
}
