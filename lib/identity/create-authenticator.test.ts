import { randomBytes } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { authConfigSchema } from './auth-config.ts';
import { createAuthenticator, readBearer } from './create-authenticator.ts';
import { hashToken } from './static-tokens.ts';

const annsToken = randomBytes(32).toString('base64url');
const botsToken = randomBytes(16).toString('hex');
const hosts = ['127.0.0.1'];
const options = { hosts, clock: systemClock };

const config = authConfigSchema.parse({
  tokens: [
    { name: 'ann', roles: ['approver'], groups: ['shop-oncall'], sha256: hashToken(annsToken) },
    { name: 'bot', roles: ['service'], sha256: hashToken(botsToken) },
  ],
  certificates: [
    { subject: 'URI:spiffe://belay/console', name: 'console', roles: ['service', 'viewer'] },
    { subject: 'DNS:pager.internal', name: 'pager', roles: ['service'] },
    { subject: 'CN:old-pager', name: 'old-pager', roles: ['service'] },
  ],
});
const authenticator = createAuthenticator(config, options);

const certificate = (subjectaltname: string | undefined, CN: unknown = 'old-pager') =>
  ({ subject: { CN }, subjectaltname }) as PeerCertificate;
const named = (name: string): unknown => expect.objectContaining({ name });
const unauthenticated = (code: string): unknown => expect.objectContaining({ kind: 'unauthenticated', code });

describe('static tokens', () => {
  it('know their bearer, with roles and groups', async () => {
    expect(await authenticator.authenticate({ token: annsToken })).toEqual({
      kind: 'human',
      name: 'ann',
      roles: ['approver'],
      groups: ['shop-oncall'],
    });
    expect(await authenticator.authenticate({ token: botsToken })).toMatchObject({
      kind: 'service_account',
      name: 'bot',
    });
  });

  it.each([
    ['another token', randomBytes(32).toString('base64url')],
    ['the digest instead of the token', hashToken(annsToken)],
    ['one character less', annsToken.slice(0, -1)],
    ['one character more', `${annsToken}0`],
    ['another case', annsToken.toUpperCase()],
  ])('refuse %s, and do not repeat it', async (_what, token) => {
    const error: unknown = await authenticator.authenticate({ token }).catch((thrown: unknown) => thrown);
    expect(error).toEqual(unauthenticated('CREDENTIALS_REFUSED'));
    expect(inspect(error)).not.toContain(token);
  });

  it('refuse an empty one, as it is something that was shown', async () => {
    const answer = authenticator.authenticate({ token: '' });
    await expect(answer).rejects.toEqual(unauthenticated('CREDENTIALS_REFUSED'));
  });

  it('of guessable length never work, even when configured', async () => {
    const weak = authConfigSchema.parse({
      tokens: [{ name: 'ann', roles: ['operator'], sha256: hashToken('hunter2') }],
    });
    const answer = createAuthenticator(weak, options).authenticate({ token: 'hunter2' });
    await expect(answer).rejects.toEqual(unauthenticated('CREDENTIALS_REFUSED'));
  });
});

describe('client certificates', () => {
  it('are known by URI, by DNS name, and by common name when there is no other', async () => {
    const by = (cert: PeerCertificate) => authenticator.authenticate({ certificate: cert });
    expect(await by(certificate('DNS:x.internal, URI:spiffe://belay/console'))).toEqual(named('console'));
    expect(await by(certificate('DNS:pager.internal'))).toEqual(named('pager'));
    expect(await by(certificate(undefined))).toEqual(named('old-pager'));
  });

  it.each([
    ['a common name beside alternative names', certificate('DNS:other.internal')],
    ['a name that only looks like two', certificate('DNS:"x, URI:spiffe://belay/console"')],
    ['a quoted name with an escaped quote', certificate('DNS:"x\\", URI:spiffe://belay/console"')],
    ['a longer name', certificate('URI:spiffe://belay/console/x')],
    ['a name of another kind', certificate('DNS:spiffe://belay/console')],
    ['two common names', certificate(undefined, ['old-pager', 'x'])],
    ['two identities at once', certificate('DNS:pager.internal, URI:spiffe://belay/console')],
  ])('do not stand for anyone by %s', async (_what, cert) => {
    const answer = authenticator.authenticate({ certificate: cert });
    await expect(answer).rejects.toEqual(unauthenticated('CREDENTIALS_REFUSED'));
  });

  it('step back behind a token: a good one names its bearer, a bad one is refused', async () => {
    const cert = certificate('DNS:pager.internal');
    expect(await authenticator.authenticate({ token: annsToken, certificate: cert })).toEqual(named('ann'));
    const bad = authenticator.authenticate({ token: `${annsToken}x`, certificate: cert });
    await expect(bad).rejects.toEqual(unauthenticated('CREDENTIALS_REFUSED'));
  });
});

describe('auth: none', () => {
  it('makes an operator of whoever shows nothing, on this machine', async () => {
    const open = createAuthenticator('none', options);
    expect(await open.authenticate({})).toMatchObject({ name: 'anonymous', roles: ['operator'] });
  });

  it.each([['0.0.0.0'], ['127.0.0.1', '10.0.0.8'], ['::']])('does not boot on %s', (...exposed) => {
    const boot = () => createAuthenticator('none', { ...options, hosts: exposed });
    expect(boot).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'AUTH_NONE_EXPOSED', field: 'auth' }),
    );
  });

  it('refuses credentials that it cannot check', async () => {
    const open = createAuthenticator('none', options);
    await expect(open.authenticate({ token: annsToken })).rejects.toEqual(
      unauthenticated('CREDENTIALS_REFUSED'),
    );
    const cert = certificate('DNS:pager.internal');
    await expect(open.authenticate({ certificate: cert })).rejects.toEqual(
      unauthenticated('CREDENTIALS_REFUSED'),
    );
  });
});

describe('createAuthenticator', () => {
  it('does not take anyone for anonymous when something is configured', async () => {
    expect(await authenticator.authenticate({})).toBeUndefined();
  });

  it('does not boot when nobody could sign in', () => {
    const boot = () => createAuthenticator(authConfigSchema.parse({}), options);
    expect(boot).toThrow(expect.objectContaining({ code: 'AUTH_MISSING', field: 'auth' }));
  });
});

describe('readBearer', () => {
  it('reads one bearer token, and nothing from no header', () => {
    expect(readBearer('Bearer abc.def')).toBe('abc.def');
    expect(readBearer('bearer abc')).toBe('abc');
    expect(readBearer(undefined)).toBeUndefined();
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer tökén', 'abc'])(
    'refuses %j',
    (header) => {
      expect(() => readBearer(header)).toThrow(unauthenticated('CREDENTIALS_MALFORMED'));
    },
  );

  it('does not repeat what it refuses', () => {
    expect(() => readBearer(annsToken)).not.toThrow(annsToken);
  });
});

describe('authConfigSchema', () => {
  const oidc = {
    issuer: 'https://id.test',
    audience: 'belay',
    jwksUri: 'https://id.test/keys',
    groupRoles: {},
  };
  const token = { name: 'ann', roles: ['viewer'], sha256: hashToken(annsToken) };

  it.each([
    ['a key set over the network without TLS', { oidc: { ...oidc, jwksUri: 'http://id.test/keys' } }],
    ['a key set in a file', { oidc: { ...oidc, jwksUri: 'file:///etc/keys' } }],
    ['an unsigned algorithm', { oidc: { ...oidc, algorithms: ['none'] } }],
    ['a symmetric algorithm', { oidc: { ...oidc, algorithms: ['RS256', 'HS256'] } }],
    ['no audience', { oidc: { ...oidc, audience: undefined } }],
    ['an unknown role', { tokens: [{ ...token, roles: ['admin'] }] }],
    ['no role', { tokens: [{ ...token, roles: [] }] }],
    ['the token instead of its digest', { tokens: [{ ...token, sha256: annsToken }] }],
    ['one token for two', { tokens: [token, { ...token, name: 'bob' }] }],
    [
      'a subject without its kind',
      { certificates: [{ ...token, sha256: undefined, subject: 'pager.internal' }] },
    ],
    ['a misspelt section', { tokenz: [] }],
  ])('refuses %s', (_what, given) => {
    expect(authConfigSchema.safeParse(given).success).toBe(false);
  });

  it('takes a key set over plain http from this machine', () => {
    const given = { oidc: { ...oidc, jwksUri: 'http://127.0.0.1:8080/keys' } };
    expect(authConfigSchema.safeParse(given).success).toBe(true);
  });
});
