import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { StaticToken } from './auth-config.ts';
import { readPrivateFile } from './private-file.ts';
import { hashToken } from './static-tokens.ts';

/**
 * The token by which the owner of the data directory is known: whoever can read the file is the operator.
 * Made on the first call, the same one ever after.
 */
export function createLocalToken(dataDir: string): string {
  const path = join(dataDir, 'token');
  if (!existsSync(path)) publishOnce(path, randomBytes(32).toString('base64url'));
  const token = readPrivateFile(path, 'the local token').trim();
  if (/^[\w-]{43}$/.test(token)) return token;
  throw new BelayError('invalid', `the local token ${path} is damaged`, {
    code: 'LOCAL_TOKEN_DAMAGED',
    field: path,
    next: `remove it, the next start makes a new one: rm ${path}`,
  });
}

/** The local token as an entry among the configured ones. */
export function localTokenEntry(token: string): StaticToken {
  return { name: 'local', roles: ['operator'], groups: [], sha256: hashToken(token) };
}

/** A link appears with its whole content or not at all, and of two that race only one makes it. */
function publishOnce(path: string, content: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${content}\n`, { mode: 0o600, flag: 'wx', flush: true });
    try {
      linkSync(draft, path);
    } finally {
      rmSync(draft);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new BelayError('invalid', `cannot make the local token ${path}`, {
      code: 'LOCAL_TOKEN_UNWRITABLE',
      field: 'dataDir',
      why: messageOf(error),
      cause: error,
    });
  }
}
