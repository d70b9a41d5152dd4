import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DecisionServiceClient } from '#gen/belay/v1/decision_service.ts';
import { createAuthority } from './fixtures/certificates.ts';
import {
  closeAll,
  closeLater,
  noControls,
  startDecisionServer,
  tokenOf,
} from './fixtures/decision-server.ts';
import { createGrpcClient, type GrpcClientOptions } from './grpc-client.ts';
import { type ClientTls, clientCredentials, type ServerTls, serverCredentials } from './transport.ts';

const dir = mkdtempSync(join(tmpdir(), 'belay-tls-'));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(closeAll);

const authority = createAuthority(dir, 'authority');
const stranger = createAuthority(dir, 'stranger');
const serverPair = authority.issue('server', 'IP:127.0.0.1,DNS:localhost');
const consolePair = authority.issue('console', 'URI:spiffe://belay/console');
const unknownPair = authority.issue('unknown', 'URI:spiffe://belay/unknown');
const forgedPair = stranger.issue('forged', 'URI:spiffe://belay/console');
const { ca } = authority;

/** Who the server takes the caller for. */
async function callerOver(tls: ServerTls, client: Omit<GrpcClientOptions, 'endpoint'>): Promise<string> {
  let caller = 'nobody';
  const getControls = async (_request: unknown, { actor }: { actor: { name: string } }) => {
    caller = actor.name;
    return noControls;
  };
  const { endpoint } = await startDecisionServer({ getControls }, { tls });
  const connected = createGrpcClient(DecisionServiceClient, { endpoint, timeoutMs: 3_000, ...client });
  closeLater(async () => connected.close());
  await connected.getControls({});
  return caller;
}

const token = tokenOf('viewer');
const unreachable = expect.objectContaining({ kind: 'unavailable', code: 'UNREACHABLE' }) as unknown;
const unauthenticated = (code: string): unknown => expect.objectContaining({ kind: 'unauthenticated', code });

describe('TLS', () => {
  it('carries calls to a server whose authority is believed', async () => {
    expect(await callerOver(serverPair, { token, tls: { ca } })).toBe('the-viewer');
  });

  it.each<[string, ClientTls | undefined]>([
    ['of an authority that is not believed', { ca: stranger.ca }],
    ['of an authority that the system does not know', {}],
    ['by a client that speaks plaintext', undefined],
  ])('does not reach a server %s', async (_what, tls) => {
    const call = callerOver(serverPair, { token, ...(tls ? { tls } : {}) });
    await expect(call).rejects.toEqual(unreachable);
  });

  it('does not reach a server whose certificate is for another name', async () => {
    const other = authority.issue('other', 'DNS:other.internal');
    await expect(callerOver(other, { token, tls: { ca } })).rejects.toEqual(unreachable);
  });

  it('outlives peers that break off while they greet', async () => {
    const { endpoint } = await startDecisionServer({}, { tls: serverPair });
    for (const bytes of ['', '160301', 'GET / HTTP/1.1\r\n\r\n']) {
      const socket = connect(Number(endpoint.split(':')[1]), '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      socket.write(bytes, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    const client = createGrpcClient(DecisionServiceClient, { endpoint, token, tls: { ca } });
    closeLater(async () => client.close());
    expect(await client.getControls({})).toEqual(noControls);
  });

  it('does not reach a server without TLS', async () => {
    const { endpoint } = await startDecisionServer();
    const client = createGrpcClient(DecisionServiceClient, { endpoint, token, tls: { ca } });
    closeLater(async () => client.close());
    await expect(client.getControls({})).rejects.toEqual(unreachable);
  });
});

describe('a client certificate', () => {
  const demanding = { ...serverPair, clientCa: ca };
  const asking = { ...demanding, requireClientCert: false };

  it('names the caller', async () => {
    expect(await callerOver(demanding, { tls: { ca, ...consolePair } })).toBe('console');
    expect(await callerOver(asking, { tls: { ca, ...consolePair } })).toBe('console');
  });

  it('is demanded of everyone once there is an authority for it, token or not', async () => {
    await expect(callerOver(demanding, { token, tls: { ca } })).rejects.toEqual(unreachable);
  });

  it('of another authority does not get as far as a call', async () => {
    await expect(callerOver(demanding, { token, tls: { ca, ...forgedPair } })).rejects.toEqual(unreachable);
  });

  it('that nobody is listed for names nobody', async () => {
    const call = callerOver(demanding, { tls: { ca, ...unknownPair } });
    await expect(call).rejects.toEqual(unauthenticated('CREDENTIALS_REFUSED'));
  });

  it('may be left out where it is optional, with a token in its place', async () => {
    expect(await callerOver(asking, { token, tls: { ca } })).toBe('the-viewer');
    await expect(callerOver(asking, { tls: { ca } })).rejects.toEqual(unauthenticated('NOT_SIGNED_IN'));
  });

  it('of another authority counts for nothing where it is optional', async () => {
    const call = callerOver(asking, { tls: { ca, ...forgedPair } });
    await expect(call).rejects.toEqual(unauthenticated('NOT_SIGNED_IN'));
  });

  it('means nothing to a server without an authority for it', async () => {
    const call = callerOver(serverPair, { tls: { ca, ...consolePair } });
    await expect(call).rejects.toEqual(unauthenticated('NOT_SIGNED_IN'));
  });
});

describe('a server', () => {
  it.each(['0.0.0.0', '::', '10.1.2.3', 'belay.internal'])(
    'does not listen on %s without TLS',
    async (host) => {
      await expect(startDecisionServer({}, { host })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'TLS_MISSING',
        field: 'tls',
        next: expect.stringContaining('allowPlaintext: true') as unknown,
      });
    },
  );

  it('does when it is told that the network encrypts', () => {
    expect(serverCredentials({ host: '0.0.0.0', allowPlaintext: true })._isSecure()).toBe(false);
    expect(serverCredentials({ host: '0.0.0.0', tls: serverPair })._isSecure()).toBe(true);
  });

  const broken = join(dir, 'broken.pem');
  writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n');
  const open = join(dir, 'open.key');
  copyFileSync(serverPair.key, open);
  chmodSync(open, 0o644);

  it.each<[string, ServerTls, string]>([
    ['a certificate that is not there', { ...serverPair, cert: join(dir, 'none') }, 'TLS_INVALID'],
    ['a certificate that is none', { ...serverPair, cert: broken }, 'TLS_INVALID'],
    ['the key of another certificate', { ...serverPair, key: consolePair.key }, 'TLS_INVALID'],
    ['a key that others can read', { ...serverPair, key: open }, 'SECRET_EXPOSED'],
    ['a demand for certificates of no authority', { ...serverPair, requireClientCert: true }, 'TLS_INVALID'],
    ['an authority that is none', { ...serverPair, clientCa: broken }, 'TLS_INVALID'],
  ])('does not start with %s', async (_what, tls, code) => {
    await expect(startDecisionServer({}, { tls })).rejects.toMatchObject({ kind: 'invalid', code });
  });
});

describe('a client', () => {
  it.each<[string, ClientTls]>([
    ['a certificate without its key', { cert: consolePair.cert }],
    ['a key without its certificate', { key: consolePair.key }],
    ['the key of another certificate', { cert: consolePair.cert, key: serverPair.key }],
    ['an authority that is not there', { ca: join(dir, 'none') }],
  ])('is not made with %s', (_what, tls) => {
    expect(() => clientCredentials(tls)).toThrow(expect.objectContaining({ code: 'TLS_INVALID' }));
  });
});
