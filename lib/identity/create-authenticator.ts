import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { AuthConfig } from './auth-config.ts';
import { createCertificateAuthenticator } from './client-certificates.ts';
import { type Authenticator, identityOf } from './identity.ts';
import { isLoopback } from './loopback.ts';
import { createOidcAuthenticator } from './oidc.ts';
import { createTokenAuthenticator } from './static-tokens.ts';

export interface AuthenticatorOptions {
  /** Where the servers that use it listen. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
}

/**
 * All that the configuration names, tried in order. What is presented and not recognised is refused, with
 * no falling back to anonymous; undefined comes back only when nothing was presented.
 */
export function createAuthenticator(config: AuthConfig, options: AuthenticatorOptions): Authenticator {
  const chain = config === 'none' ? [anonymousOn(options.hosts)] : configured(config, options);
  return {
    authenticate: async (credentials) => {
      // A token says who asks; the certificate beside it may be that of the proxy in between.
      const { token } = credentials;
      const presented = token === undefined ? credentials : { token };
      for (const authenticator of chain) {
        const identity = await authenticator.authenticate(presented);
        if (identity) return identity;
      }
      if (presented.token === undefined && presented.certificate === undefined) return undefined;
      throw notRecognised();
    },
  };
}

/** The token of an Authorization header. Throws on anything else than one bearer token. */
export function readBearer(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^bearer +([\x21-\x7e]+)$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw new BelayError('unauthenticated', 'the authorization header is not a bearer token', {
    code: 'CREDENTIALS_MALFORMED',
    next: 'send: authorization: Bearer <token>',
  });
}

function configured(config: Exclude<AuthConfig, 'none'>, options: AuthenticatorOptions): Authenticator[] {
  const { tokens } = config;
  if (tokens.length + config.certificates.length === 0 && !config.oidc) throw nobodyCanSignIn();
  return [
    createTokenAuthenticator(tokens),
    createCertificateAuthenticator(config.certificates),
    ...(config.oidc ? [createOidcAuthenticator(config.oidc, options.clock)] : []),
  ];
}

function anonymousOn(hosts: readonly string[]): Authenticator {
  const exposed = hosts.filter((host) => !isLoopback(host));
  if (exposed.length > 0) {
    throw new BelayError('invalid', 'auth: none would make everyone in reach an operator', {
      code: 'AUTH_NONE_EXPOSED',
      field: 'auth',
      why: `others can reach ${exposed.join(', ')}`,
      next: 'listen on 127.0.0.1, or configure auth.tokens, auth.certificates or auth.oidc',
    });
  }
  const anonymous = identityOf('anonymous', ['operator']);
  return {
    authenticate: async ({ token, certificate }) =>
      token === undefined && certificate === undefined ? anonymous : undefined,
  };
}

function nobodyCanSignIn(): BelayError {
  return new BelayError('invalid', 'nobody could sign in: no way to authenticate is configured', {
    code: 'AUTH_MISSING',
    field: 'auth',
    next: 'configure auth.tokens, auth.certificates or auth.oidc',
  });
}

function notRecognised(): BelayError {
  return new BelayError('unauthenticated', 'the credentials were not recognised', {
    code: 'CREDENTIALS_REFUSED',
    next: 'check which token or certificate is in use, and that it is one of this installation',
  });
}
