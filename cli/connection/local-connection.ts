import { BelayError } from '#lib/errors.ts';
import type { Connection } from './connection.ts';
import { readLocalToken } from './local-token-file.ts';
import { readUpFile, upFilePath } from './up-file.ts';

/** Where `belay up` keeps its data unless told otherwise: the context `local`. */
export const DEFAULT_DATA_DIR = './.belay';
const LOCAL = 'local';

/** A `belay up`, by the directory that it keeps its data in. */
export interface LocalContext {
  readonly context: string;
  readonly dataDir: string;
}

export function localConnection({ context, dataDir }: LocalContext): Connection {
  const found = readUpFile(dataDir);
  if (found.state !== 'running') throw notRunning({ context, dataDir }, found);
  const { grpcEndpoint, opsEndpoint } = found.file;
  return { context, endpoint: grpcEndpoint, ops: [opsEndpoint], token: () => readLocalToken(dataDir) };
}

/** What starts it: by the name that it was asked for, which is where its data is. */
export const upCommand = (context: string): string =>
  context === LOCAL ? 'belay up' : `belay up --data-dir ${context}`;

function notRunning(
  { context, dataDir }: LocalContext,
  found: Exclude<ReturnType<typeof readUpFile>, { state: 'running' }>,
): BelayError {
  const path = upFilePath(dataDir);
  const why =
    found.state === 'none'
      ? `there is no ${path}`
      : `${path} is left over from process ${found.pid}, which is gone`;
  const next = upCommand(context);
  return new BelayError('unavailable', 'no Belay runs here', { code: 'NOT_RUNNING', why, next });
}
