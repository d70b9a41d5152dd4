import { createHash, timingSafeEqual } from 'node:crypto';
import type { StaticToken } from './auth-config.ts';
import { type Authenticator, type Identity, identityOf } from './identity.ts';

/** 128 bits take 22 characters in base64url. Shorter ones were made up by a person. */
const MIN_TOKEN_LENGTH = 22;

/**
 * Tokens are kept as plain SHA-256: slow hashes protect what people can remember, and nobody guesses 128
 * random bits, so a call costs a microsecond and the file of digests is worth nothing to its reader.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function createTokenAuthenticator(tokens: readonly StaticToken[]): Authenticator {
  const known = tokens.map(({ name, roles, groups, sha256 }) => ({
    digest: Buffer.from(sha256, 'hex'),
    identity: identityOf(name, roles, groups),
  }));
  return {
    authenticate: async ({ token }) => {
      if (token === undefined || token.length < MIN_TOKEN_LENGTH) return undefined;
      const digest = Buffer.from(hashToken(token), 'hex');
      let found: Identity | undefined;
      // No early exit: the time taken does not tell which entry came close.
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.identity;
      return found;
    },
  };
}
