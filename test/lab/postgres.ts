import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type LabServer, startServer } from './server.ts';
import { createWorkspace } from './workspace.ts';

export interface PostgresOptions {
  /** Off by default: a SIGKILL of the server loses nothing, only a crash of the machine would. */
  readonly fsync?: boolean;
  /** Added to the server's settings, e.g. `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface LabPostgres extends LabServer {
  readonly port: number;
  /** Makes an empty database and returns its URL, so that each test file has its own. */
  createDatabase(name: string): Promise<string>;
}

/** Endpoint: the postgres:// URL of the superuser's own database. */
export async function startPostgres({
  fsync = false,
  settings = {},
}: PostgresOptions = {}): Promise<LabPostgres> {
  const { initdb, postgres, user } = postgresBinaries();
  const port = await freePort();
  const workspace = createWorkspace('postgres', user);
  await promisify(execFile)(
    initdb,
    ['-D', workspace.dataFolder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: workspace.folder },
  );

  const endpoint = urlOf(port, 'postgres');
  const all = {
    listen_addresses: '127.0.0.1',
    port: `${port}`,
    unix_socket_directories: '',
    fsync: fsync ? 'on' : 'off',
    shared_buffers: '32MB',
    ...settings,
  };
  const server = await startServer({
    name: 'postgres',
    endpoint,
    command: postgres,
    args: [
      '-D',
      workspace.dataFolder,
      ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    workspace,
    ...(user === undefined ? {} : { user }),
    ready: () => query(endpoint, 'select 1'),
    // "Fast" shutdown: SIGTERM would wait for the clients to leave.
    stopSignal: 'SIGINT',
  });
  return Object.assign(server, {
    port,
    async createDatabase(name: string): Promise<string> {
      await query(endpoint, `create database ${pg.escapeIdentifier(name)}`);
      return urlOf(port, name);
    },
  });
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 30_000,
  });
  // A server that goes away is reported by the query; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
