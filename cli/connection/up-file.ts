import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BelayError } from '#lib/errors.ts';
import { readPrivateFile } from '#lib/identity/private-file.ts';

/** By what other commands find the system that `belay up` runs. The token is in a file of its own. */
export interface UpFile {
  readonly pid: number;
  readonly startedAt: Date;
  readonly version: string;
  readonly grpcEndpoint: string;
  readonly opsEndpoint: string;
  readonly httpEndpoint: string;
}

export type UpState =
  | { readonly state: 'running'; readonly file: UpFile }
  /** Its process ended without taking the file along. */
  | { readonly state: 'stale'; readonly pid: number }
  | { readonly state: 'none' };

export const upFilePath = (dataDir: string): string => join(dataDir, 'up.json');

/** Whole or not at all: a reader may come at any time. */
export function writeUpFile(dataDir: string, file: UpFile): void {
  const path = upFilePath(dataDir);
  const draft = `${path}.${file.pid}`;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

export function removeUpFile(dataDir: string): void {
  rmSync(upFilePath(dataDir), { force: true });
}

export function readUpFile(dataDir: string): UpState {
  const path = upFilePath(dataDir);
  if (!existsSync(path)) return { state: 'none' };
  const file = parse(readPrivateFile(path, 'the file of the running system'), path);
  return isRunning(file.pid) ? { state: 'running', file } : { state: 'stale', pid: file.pid };
}

function parse(text: string, path: string): UpFile {
  try {
    const { startedAt, ...rest } = JSON.parse(text) as Record<keyof UpFile, unknown>;
    const file = { ...rest, startedAt: new Date(String(startedAt)) };
    if (isUpFile(file)) return file;
  } catch {
    // Said below.
  }
  throw new BelayError('invalid', `${path} is damaged`, {
    code: 'UP_FILE_DAMAGED',
    next: `stop what runs there, if anything does, and remove it: rm ${path}`,
  });
}

function isUpFile(file: Readonly<Record<keyof UpFile, unknown>>): file is UpFile {
  const texts = [file.version, file.grpcEndpoint, file.opsEndpoint, file.httpEndpoint];
  return (
    Number.isSafeInteger(file.pid) && Number(file.pid) > 0 && texts.every((text) => typeof text === 'string')
  );
}

/** A signal of 0 only asks. One that is refused also has somebody to refuse it. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
