import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Clock } from '#lib/clock.ts';
import { BelayError, messageOf } from '#lib/errors.ts';
import type { OidcConfig } from './auth-config.ts';
import { type Authenticator, type Identity, identityOf } from './identity.ts';

/** People who signed in elsewhere: JWTs of one issuer. Tokens that do not claim to be its are left alone. */
export function createOidcAuthenticator(config: OidcConfig, clock: Clock): Authenticator {
  const keys = keysOrUnavailable(config.jwksUri);
  return {
    authenticate: async ({ token }) => {
      if (token === undefined || issuerOf(token) !== config.issuer) return undefined;
      return identityFrom(await verified(token, keys, config, clock.now()), config);
    },
  };
}

/** That we cannot fetch the keys is our trouble and passes: it must not read as "your token is bad". */
function keysOrUnavailable(jwksUri: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new BelayError('unavailable', 'cannot check tokens: the keys of the issuer are out of reach', {
        code: 'ISSUER_KEYS_UNAVAILABLE',
        field: 'auth.oidc.jwksUri',
        why: messageOf(error),
        next: `see whether ${jwksUri} answers with a key set, then try again`,
        cause: error,
      });
    }
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  config: OidcConfig,
  now: Date,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: config.algorithms,
      clockTolerance: config.clockToleranceMs / 1_000,
      currentDate: now,
      // jose checks `exp` where there is one; a token that never ends is none of ours.
      requiredClaims: ['exp', config.nameClaim, ...Object.keys(config.requiredClaims)],
    });
    return payload;
  } catch (error) {
    if (error instanceof BelayError) throw error;
    throw error instanceof errors.JWTExpired ? expired() : refused(messageOf(error));
  }
}

function identityFrom(payload: JWTPayload, config: OidcConfig): Identity {
  for (const [claim, value] of Object.entries(config.requiredClaims)) {
    if (payload[claim] !== value) throw refused(`the claim ${claim} is not what it must be`);
  }
  const name = payload[config.nameClaim];
  if (typeof name !== 'string' || !/^[^\p{Cc}]{1,200}$/u.test(name)) {
    throw refused(`the claim ${config.nameClaim} is no name`);
  }
  // An unverified address is one that its owner has typed in.
  if (config.nameClaim === 'email' && payload['email_verified'] !== true) {
    throw refused('the address is not verified');
  }
  const groups = groupsIn(payload[config.groupsClaim]);
  const roles = groups.flatMap((group) =>
    Object.hasOwn(config.groupRoles, group) ? (config.groupRoles[group] ?? []) : [],
  );
  return identityOf(name, [...new Set(roles)], groups);
}

function groupsIn(claim: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return list.filter((group) => typeof group === 'string');
}

function expired(): BelayError {
  return new BelayError('unauthenticated', 'the token has expired', {
    code: 'TOKEN_EXPIRED',
    next: 'sign in again',
  });
}

function refused(why: string): BelayError {
  return new BelayError('unauthenticated', 'the token was not accepted', { code: 'TOKEN_REFUSED', why });
}
