import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { StaticToken } from './auth-config.ts';
import { readPrivateFile } from './private-file.ts';
import { hashToken } from './static-tokens.ts';

export type LocalTokenName = 'token' | 'detector-token';

/**
 * The tokens by which the owner of the data directory is known, and a detector beside it: whoever can read the
 * files is both. Made on the first call, the same ones ever after.
 */
export function createLocalToken(dataDir: string, name: LocalTokenName = 'token'): string {
  const path = join(dataDir, name);
  if (!existsSync(path)) publishOnce(path, randomBytes(32).toString('base64url'));
  const token = readPrivateFile(path, 'the local token').trim();
  if (/^[\w-]{43}$/.test(token)) return token;
  throw new BelayError('invalid', `the local token ${path} is damaged`, {
    code: 'LOCAL_TOKEN_DAMAGED',
    field: path,
    next: `remove it, the next start makes a new one: rm ${path}`,
  });
}

/**
 * The local tokens among the configured ones. The owner is everybody whom a runbook could ask; what the detector
 * reports is nobody's request.
 */
export function localTokenEntries(
  tokens: Readonly<Record<LocalTokenName, string>>,
  groups: readonly string[],
): StaticToken[] {
  return [
    { name: 'local', roles: ['operator'], groups: [...groups], sha256: hashToken(tokens.token) },
    { name: 'local-detector', roles: ['service'], groups: [], sha256: hashToken(tokens['detector-token']) },
  ];
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
