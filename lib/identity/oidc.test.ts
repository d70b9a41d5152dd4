import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import { authConfigSchema } from './auth-config.ts';
import { createAuthenticator } from './create-authenticator.ts';
import type { Authenticator } from './identity.ts';

const ISSUER = 'https://id.test/realm';
const START = new Date('2026-03-01T10:00:00Z');
const keys = await generateKeyPair('ES256');
const others = await generateKeyPair('ES256');
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };

let issuer: Server;
let answer: { status: number; body: unknown };
let fetches = 0;
beforeAll(async () => {
  issuer = createServer((_request, response) => {
    fetches += 1;
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
});
afterAll(() => issuer.close());

const clock = new ManualClock(START);
let authenticator: Authenticator;
beforeEach(() => {
  answer = { status: 200, body: { keys: [publicJwk] } };
  fetches = 0;
  authenticator = authenticatorWith({});
});

function authenticatorWith(changes: object): Authenticator {
  const jwksUri = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
  const groupRoles = { sre: ['operator'], oncall: ['responder', 'approver'], bots: ['service'] };
  const oidc = { issuer: ISSUER, audience: 'belay', jwksUri, groupRoles, ...changes };
  return createAuthenticator(authConfigSchema.parse({ oidc }), { hosts: ['127.0.0.1'], clock });
}

const seconds = (offset: number) => START.getTime() / 1_000 + offset;
const claims = { iss: ISSUER, aud: 'belay', sub: 'ann', exp: seconds(300), groups: ['oncall', 'chess'] };
const sign = (payload: JWTPayload, header: object = {}, key = keys.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key);
const without = (claim: keyof typeof claims) => ({ ...claims, [claim]: undefined });
const unauthenticated = (code: string): unknown => expect.objectContaining({ kind: 'unauthenticated', code });

describe('a token of the issuer', () => {
  it('names a person, and its groups become roles', async () => {
    expect(await authenticator.authenticate({ token: await sign(claims) })).toEqual({
      kind: 'human',
      name: 'ann',
      roles: ['responder', 'approver'],
      groups: ['oncall', 'chess'],
    });
  });

  it('of somebody without a known group gives no role', async () => {
    const token = await sign({ ...claims, groups: ['constructor', '__proto__', 7] });
    expect(await authenticator.authenticate({ token })).toMatchObject({ name: 'ann', roles: [] });
  });

  it('is good until its end and a little longer, for clocks that differ', async () => {
    const late = await sign({ ...claims, exp: seconds(-29) });
    expect(await authenticator.authenticate({ token: late })).toMatchObject({ name: 'ann' });
    const expired = authenticator.authenticate({ token: await sign({ ...claims, exp: seconds(-31) }) });
    await expect(expired).rejects.toEqual(unauthenticated('TOKEN_EXPIRED'));
  });

  it('must carry the claims that are required, with their values', async () => {
    const strict = authenticatorWith({ requiredClaims: { hd: 'example.test' } });
    expect(await strict.authenticate({ token: await sign({ ...claims, hd: 'example.test' }) })).toBeDefined();
    for (const given of [{}, { hd: 'evil.test' }, { hd: ['example.test'] }]) {
      const refused = strict.authenticate({ token: await sign({ ...claims, ...given }) });
      await expect(refused).rejects.toEqual(unauthenticated('TOKEN_REFUSED'));
    }
  });

  it('names nobody by an address that was not verified', async () => {
    const byAddress = authenticatorWith({ nameClaim: 'email' });
    const email = 'ann@example.test';
    const good = await sign({ ...claims, email, email_verified: true });
    expect(await byAddress.authenticate({ token: good })).toMatchObject({ name: email });
    for (const given of [{ email }, { email, email_verified: false }, { email, email_verified: 'true' }]) {
      const refused = byAddress.authenticate({ token: await sign({ ...claims, ...given }) });
      await expect(refused).rejects.toEqual(unauthenticated('TOKEN_REFUSED'));
    }
  });
});

describe('a token that an attacker made', () => {
  const cases: Record<string, () => string | Promise<string>> = {
    'without a signature, alg none': () => new UnsecuredJWT(claims).setIssuer(ISSUER).encode(),
    'signed with HS256 and the public key as its secret': async () => {
      const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
    },
    'signed with a key of his own': () => sign(claims, {}, others.privateKey),
    'signed with a key of his own under a new id': () => sign(claims, { kid: 'k2' }, others.privateKey),
    'bringing its own key along': async () =>
      sign(claims, { jwk: await exportJWK(others.publicKey) }, others.privateKey),
    'for another audience': () => sign({ ...claims, aud: 'wiki' }),
    'without an audience': () => sign(without('aud')),
    'without an end': () => sign(without('exp')),
    'without a name': () => sign(without('sub')),
    'with an empty name': () => sign({ ...claims, sub: '' }),
    'with a line break in the name': () => sign({ ...claims, sub: 'ann\nroot' }),
    'that is not valid yet': () => sign({ ...claims, nbf: seconds(60) }),
    'with its payload exchanged': async () => {
      const [header, , signature] = (await sign(claims)).split('.');
      const payload = Buffer.from(JSON.stringify({ ...claims, groups: ['sre'] })).toString('base64url');
      return [header, payload, signature].join('.');
    },
    'with its signature cut off': async () => (await sign(claims)).replace(/[^.]*$/, ''),
  };

  it.each(Object.keys(cases))('%s is refused, and not repeated', async (name) => {
    const token = (await cases[name]?.()) ?? '';
    const error: unknown = await authenticator.authenticate({ token }).catch((thrown: unknown) => thrown);
    expect(error).toEqual(unauthenticated('TOKEN_REFUSED'));
    expect(JSON.stringify(error)).not.toContain(token.split('.')[1]);
  });

  it('of another issuer is nobody of ours, and makes us fetch nothing', async () => {
    const token = await sign({ ...claims, iss: 'https://evil.test' });
    await expect(authenticator.authenticate({ token })).rejects.toEqual(
      unauthenticated('CREDENTIALS_REFUSED'),
    );
    expect(fetches).toBe(0);
  });

  it('with a weak algorithm makes us fetch nothing', async () => {
    const token = new UnsecuredJWT(claims).setIssuer(ISSUER).encode();
    await authenticator.authenticate({ token }).catch(() => {});
    expect(fetches).toBe(0);
  });
});

describe('the keys of the issuer', () => {
  const unavailable: unknown = expect.objectContaining({
    kind: 'unavailable',
    code: 'ISSUER_KEYS_UNAVAILABLE',
  });

  it.each([
    { status: 503, body: {} },
    { status: 302, body: {} },
    { status: 200, body: 'no key set' },
  ])('answered with $status $body: it cannot be told, which is not the fault of the token', async (given) => {
    answer = given;
    const token = await sign(claims);
    await expect(authenticator.authenticate({ token })).rejects.toEqual(unavailable);
  });

  it('out of reach: unavailable, and fine again when they are back', async () => {
    const token = await sign(claims);
    const jwksUri = 'http://127.0.0.1:9/keys';
    await expect(authenticatorWith({ jwksUri }).authenticate({ token })).rejects.toEqual(unavailable);
    answer = { status: 503, body: {} };
    await expect(authenticator.authenticate({ token })).rejects.toEqual(unavailable);
    answer = { status: 200, body: { keys: [publicJwk] } };
    expect(await authenticator.authenticate({ token })).toMatchObject({ name: 'ann' });
  });

  it('are fetched once, however many tokens come with unknown ids', async () => {
    await authenticator.authenticate({ token: await sign(claims) });
    for (const kid of ['a', 'b', 'c', 'd']) {
      await authenticator.authenticate({ token: await sign(claims, { kid }) }).catch(() => {});
    }
    expect(fetches).toBe(1);
  });
});
