import type { Meter } from '@opentelemetry/api';
import type { Bus } from '#lib/bus/bus.ts';
import type { TopicSettings } from '#lib/bus/topics.ts';
import type { Clock } from '#lib/clock.ts';
import type { GrpcServer } from '#lib/grpc/grpc-server.ts';
import type { HealthCheck } from '#lib/lifecycle/component.ts';
import type { Logger } from '#lib/logger.ts';
import type { Migration } from '#lib/sql/migrate.ts';
import type { Sql } from '#lib/sql/open-sql.ts';

/**
 * What a service stands on. `belay serve` opens one for one service, `belay up` one for all of them: the
 * services cannot tell the difference.
 */
export interface Platform {
  readonly bus: Bus;
  readonly grpc: GrpcServer;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly topics: TopicSettings;
  loggerFor(service: string): Logger;
  /** Each service has a schema of its own, and closes it when it stops. */
  openSql<Tables>(schema: string, migrations: readonly Migration[]): Promise<Sql<Tables>>;
  /** For what cannot be recovered in this process: it ends, and another starts from the log. */
  fail(error: Error): void;
  /** Bus and gRPC, which all services share. */
  checks(): readonly HealthCheck[];
}
