import { readFileSync } from 'node:fs';
import type { DriverClient } from '#lib/sql/driver.ts';
import { postgresPool } from '#lib/sql/postgres-pool.ts';
import { sqlError } from '#lib/sql/sql-error.ts';
import type { Asking } from './ask-ops.ts';
import { type Answer, bad, type Check, good, type Outcome } from './check.ts';
import { clockOutcome } from './clock-check.ts';
import type { StoreConfig } from './store-config.ts';
import { within } from './within.ts';

type PostgresConfig = Extract<StoreConfig['sql'], { kind: 'postgres' }>;

/** Whether it answers, takes writes, has the schemas, and has the right time. Looks only. */
export async function askPostgres(
  { url, tls }: PostgresConfig,
  { timeoutMs, clock }: Asking,
): Promise<Answer> {
  const asked = addressOf(url.reveal());
  const check = (name: string, outcome: Outcome): Check => ({ service: 'postgres', name, asked, ...outcome });
  const look = async (): Promise<Check[]> => {
    const pool = postgresPool({
      url: url.reveal(),
      poolSize: 1,
      queryTimeoutMs: timeoutMs,
      applicationName: 'belay doctor',
      ...(tls && { tls: tlsFiles(tls) }),
    });
    try {
      const client = await pool.connect();
      const from = clock.now();
      const state = await stateOf(client);
      const ours = { from, to: clock.now() };
      const migrations = await migrationsIn(client);
      client.release(true);
      return [
        check('writes', writesOutcome(state)),
        check('schemas', schemasOutcome(migrations, state)),
        check('clock', clockOutcome({ from: state.now, to: state.now }, ours)),
      ];
    } finally {
      await pool.end();
    }
  };
  try {
    return { reached: true, checks: await within(timeoutMs, clock, look()) };
  } catch (thrown) {
    const { message, why, kind } = sqlError(thrown);
    const detail = why === undefined ? message : `${message} (${why})`;
    const fix = 'check that it runs, and the address, name and password in sql.url';
    return {
      reached: kind !== 'unavailable' && kind !== 'timeout',
      checks: [check('connection', bad(detail, fix))],
    };
  }
}

interface State {
  readonly now: Date;
  readonly readOnly: boolean;
  readonly mayCreate: boolean;
  readonly database: string;
  readonly user: string;
}

async function stateOf(client: DriverClient): Promise<State> {
  const { rows } = await client.query(
    `select extract(epoch from clock_timestamp()) * 1000 as "nowMs",
       current_setting('transaction_read_only') as "readOnly",
       has_database_privilege(current_database(), 'CREATE') as "mayCreate",
       quote_ident(current_database()) as database, quote_ident(current_user) as "user"`,
    [],
  );
  const row = rows[0] as Record<'database' | 'user' | 'nowMs' | 'readOnly', string> & { mayCreate: boolean };
  return { ...row, now: new Date(Number(row.nowMs)), readOnly: row.readOnly === 'on' };
}

interface Migrated {
  readonly schema: string;
  readonly last: string;
}

/** Every schema with a table of migrations like ours, and the last one in it. */
async function migrationsIn(client: DriverClient): Promise<Migrated[]> {
  const { rows } = await client.query(
    `select table_schema as schema, quote_ident(table_schema) as quoted from information_schema.columns
     where table_name = 'migrations' and column_name in ('id', 'checksum')
     group by table_schema having count(*) = 2 order by table_schema`,
    [],
  );
  const found: Migrated[] = [];
  for (const { schema, quoted } of rows as { schema: string; quoted: string }[]) {
    const last = await client.query(`select id from ${quoted}.migrations order by id desc limit 1`, []);
    found.push({ schema, last: (last.rows[0] as { id: string } | undefined)?.id ?? 'nothing' });
  }
  return found;
}

function writesOutcome({ readOnly }: State): Outcome {
  if (!readOnly) return good('takes writes');
  return bad('takes no writes', 'point sql.url to the primary: this is a replica, or set to read only');
}

function schemasOutcome(found: readonly Migrated[], { mayCreate, database, user }: State): Outcome {
  if (found.length > 0) return good(found.map(({ schema, last }) => `${schema} at ${last}`).join(', '));
  if (mayCreate) return good('none yet, the first start of a service makes its own');
  return bad('none yet, and none can be made', `grant create on database ${database} to ${user}`);
}

function tlsFiles(tls: NonNullable<PostgresConfig['tls']>) {
  return Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readFileSync(path)]));
}

/** Without the password. */
function addressOf(url: string): string {
  const { host, pathname } = URL.parse(url) ?? { host: '', pathname: '' };
  return `${host}${pathname}`;
}
