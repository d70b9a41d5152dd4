import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { BelayError } from '#lib/errors.ts';
import { sqlError } from './sql-error.ts';

/** What a driver gives: connections that are used by one caller at a time. */
export interface DriverPool {
  connect(): Promise<DriverClient>;
  end(): Promise<void>;
}

export interface DriverClient {
  query(sql: string, parameters: readonly unknown[]): Promise<DriverResult>;
  /** `discard` ends the session, and with it its transaction and its locks. */
  release(discard: boolean): void;
}

export interface DriverResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

/** The one place where errors of drivers become BelayErrors. */
export function guardedPool(pool: DriverPool): PostgresPool {
  return {
    options: {},
    connect: async () => {
      try {
        // Kysely's type adds cursors, which it only uses for streams.
        return new GuardedClient(await pool.connect()) as unknown as PostgresPoolClient;
      } catch (error) {
        throw sqlError(error);
      }
    },
    end: () => pool.end(),
  };
}

class GuardedClient {
  readonly #client: DriverClient;
  #lost: BelayError | undefined;

  constructor(client: DriverClient) {
    this.#client = client;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
    // Nobody knows what state it is in, and a rollback on it would wait once more for the same silence.
    if (this.#lost) throw this.#lost;
    try {
      const result = await this.#client.query(sql, parameters);
      if (sql === 'commit' && result.command === 'ROLLBACK') throw aborted();
      return result;
    } catch (thrown) {
      const error = sqlError(thrown);
      if (error.kind === 'unavailable') this.#lost = error;
      throw error;
    }
  }

  release(discard = false): void {
    this.#client.release(discard || this.#lost !== undefined);
  }
}

/** The server answers a commit with this when a statement had failed and its error was swallowed. */
function aborted(): BelayError {
  return new BelayError('internal', 'a statement of the transaction had failed, it was rolled back', {
    code: 'SQL_ABORTED',
  });
}
