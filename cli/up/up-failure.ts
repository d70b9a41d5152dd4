import { BelayError } from '#lib/errors.ts';
import { readUpFile } from '../connection/up-file.ts';

/** Why it did not start, with what to do about it here, where nothing has a configuration file. */
export function upFailure(error: unknown, dataDir: string): unknown {
  if (!(error instanceof BelayError)) return error;
  if (error.code === 'DATA_IN_USE') return inUse(error, dataDir);
  if (error.code === 'PORT_IN_USE' || error.code === 'LISTEN_FAILED') {
    return explained(error, error.why, 'belay up --port 0, which takes any that are free');
  }
  return error;
}

function inUse(error: BelayError, dataDir: string): BelayError {
  const found = readUpFile(dataDir);
  const why = found.state === 'running' ? `a belay up runs there, as process ${found.file.pid}` : error.why;
  return explained(error, why, 'stop it, or run a second one: belay up --data-dir ./other --port 0');
}

function explained({ kind, message, code }: BelayError, why: string | undefined, next: string): BelayError {
  return new BelayError(kind, message, { code, next, ...(why !== undefined && { why }) });
}
