import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import { localTokenPath, readLocalToken } from '../connection/local-token-file.ts';
import { readUpFile, upFilePath } from '../connection/up-file.ts';
import { bad, type Check, good, type Outcome } from './check.ts';

interface LocalOptions {
  /** Where a `belay up` runs or would run; absent when another system is asked. */
  readonly dataDir?: string;
  /** What starts it. */
  readonly start?: string;
  readonly clock: Clock;
  readonly nodeVersion?: string;
}

/** What can be known without asking anybody. */
export function localChecks(options: LocalOptions): Check[] {
  const { dataDir, start = 'belay up', nodeVersion = process.versions.node, clock } = options;
  const check = (name: string, asked: string, outcome: Outcome): Check => {
    return { service: 'this machine', name, asked, ...outcome };
  };
  const node = check('node', process.execPath, nodeOutcome(nodeVersion));
  if (dataDir === undefined) return [node];
  const token = localTokenPath(dataDir);
  return [
    node,
    check('data directory', dataDir, directoryOutcome(statOf(dataDir), dataDir)),
    check('token', token, tokenOutcome(statOf(token), dataDir)),
    check('clock', dataDir, lastWriteOutcome(statOf(join(dataDir, 'bus', 'log.db')), clock.now())),
    check(
      'up',
      upFilePath(dataDir),
      told(() => upOutcome(dataDir, start)),
    ),
  ];
}

function nodeOutcome(version: string): Outcome {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return good(version);
  return bad(
    `${version} is too old, 22.18 is needed`,
    'npm ci, then npx --no belay, which takes the Node that npm brought',
  );
}

function directoryOutcome(stats: Stats | undefined, path: string): Outcome {
  if (!stats) return good('not there yet, the first up makes it');
  if (!stats.isDirectory())
    return bad('is not a directory', `move it out of the way: mv ${path} ${path}.old`);
  const self = process.getuid?.();
  if (self !== undefined && stats.uid !== self && self !== 0)
    return bad('belongs to another user', `chown -R "$USER" ${path}`);
  const mode = stats.mode & 0o777;
  const isClosed = process.platform === 'win32' || (mode & 0o077) === 0;
  return isClosed ? good('yours alone') : bad(`mode ${octal(mode)} opens it to others`, `chmod 700 ${path}`);
}

function tokenOutcome(stats: Stats | undefined, dataDir: string): Outcome {
  if (!stats) return good('not there yet, the first up makes it');
  return told(() => {
    readLocalToken(dataDir);
    return good('yours alone');
  });
}

/** A log that was written in the future was written by another clock. */
function lastWriteOutcome(log: Stats | undefined, now: Date): Outcome {
  const aheadMs = (log?.mtimeMs ?? 0) - now.getTime();
  if (aheadMs <= 1_000) return good('not behind what is recorded');
  return bad(
    `the log was last written ${Math.round(aheadMs / 1_000)} s from now`,
    'set the clock: timedatectl set-ntp true',
  );
}

function upOutcome(dataDir: string, start: string): Outcome & Pick<Check, 'since'> {
  const found = readUpFile(dataDir);
  if (found.state === 'none') return bad('none runs here', start);
  if (found.state === 'running') return { ...good(`process ${found.file.pid}`), since: found.file.startedAt };
  return bad(`process ${found.pid} ended without saying so`, `${start}, which takes over where it stopped`);
}

function told<T extends Outcome>(look: () => T): T | Outcome {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    return bad(error.why ?? error.message, error.next ?? 'see the documentation of this check');
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');
