import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { BelayError, messageOf } from '#lib/errors.ts';

const MAX_BYTES = 65_536;
const GROUP_OR_OTHERS = 0o077;
const GROUP_WRITES_OR_OTHERS = 0o027;

/**
 * Reads a secret that nobody else could have read or put there: a regular file of our own user, closed to
 * group and others; or one of root's that our group may read, which is how a mounted Secret arrives in a
 * container that does not run as root. `what` names it in errors, which never show its content.
 */
export function readPrivateFile(path: string, what: string): string {
  const descriptor = open(path, what);
  try {
    // On the descriptor, so that the file that was looked at is the file that is read.
    const fault = faultOf(fstatSync(descriptor));
    if (fault) throw refusal(path, what, fault);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, what: string): number {
  try {
    // Without blocking: a pipe in place of the file would hold up the boot for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new BelayError('invalid', `cannot read ${what} ${path}`, {
      code: 'SECRET_UNREADABLE',
      field: path,
      why: messageOf(error),
      cause: error,
    });
  }
}

function faultOf(stats: Stats): string | undefined {
  const self = process.getuid?.();
  if (!stats.isFile() || stats.size > MAX_BYTES) return 'it is not a file of a reasonable size';
  if (self !== undefined && stats.uid !== self && stats.uid !== 0) return 'it belongs to another user';
  const closedTo = stats.uid === self ? GROUP_OR_OTHERS : GROUP_WRITES_OR_OTHERS;
  const mode = stats.mode & 0o777;
  return mode & closedTo ? `its mode ${mode.toString(8).padStart(4, '0')} opens it to others` : undefined;
}

function refusal(path: string, what: string, why: string): BelayError {
  return new BelayError('invalid', `${what} ${path} is not private`, {
    code: 'SECRET_EXPOSED',
    field: path,
    why,
    next: `make a new secret, others may have read this one, and: chmod 600 ${path}`,
  });
}
