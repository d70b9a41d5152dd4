import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadKeySet } from './key-set.ts';
import { createSigner } from './signer.ts';
import { generateSigningKey, loadPrivateKey } from './signing-key.ts';

const dir = mkdtempSync(join(tmpdir(), 'belay-keys-'));
afterAll(() => rmSync(dir, { recursive: true }));

const key = generateSigningKey();
const entry = { keyId: key.keyId, publicKey: key.publicKeyPem, use: 'target:cluster-a' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (rsaKey: KeyObject, type: 'spki' | 'pkcs8') => rsaKey.export({ type, format: 'pem' }).toString();

function fileOf(content: unknown, mode = 0o600): string {
  const path = join(dir, 'file');
  rmSync(path, { force: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
  return path;
}

describe('loadKeySet', () => {
  it('reads keys with their use and their period', () => {
    const period = { notBefore: '2026-03-01T00:00:00Z', notAfter: '2026-04-01T02:00:00+02:00' };
    const [read] = loadKeySet(fileOf({ keys: [{ ...entry, ...period }] }));
    expect(read).toMatchObject({ keyId: key.keyId, use: 'target:cluster-a' });
    expect(read?.notBefore?.toISOString()).toBe('2026-03-01T00:00:00.000Z');
    expect(read?.notAfter?.toISOString()).toBe('2026-04-01T00:00:00.000Z');
  });

  it.each([
    ['no list', {}, 'keys'],
    ['a missing use', { keys: [{ ...entry, use: undefined }] }, 'keys[0].use'],
    ['a use without its kind', { keys: [{ ...entry, use: 'cluster-a' }] }, 'keys[0].use'],
    ['a target without a name', { keys: [{ ...entry, use: 'target:' }] }, 'keys[0].use'],
    ['the id of another key', { keys: [{ ...entry, keyId: generateSigningKey().keyId }] }, 'keys[0].keyId'],
    ['what is no key', { keys: [{ ...entry, publicKey: 'abc' }] }, 'keys[0].publicKey'],
    [
      'a key of another kind',
      { keys: [{ ...entry, publicKey: pem(rsa.publicKey, 'spki') }] },
      'keys[0].publicKey',
    ],
    ['a private key', { keys: [{ ...entry, publicKey: key.privateKeyPem }] }, 'keys[0].publicKey'],
    ['a key twice', { keys: [entry, { ...entry, use: 'decision' }] }, 'keys[1].keyId'],
    ['a day instead of a time', { keys: [{ ...entry, notAfter: '2026-03-01' }] }, 'keys[0].notAfter'],
    [
      'a period without end',
      { keys: [{ ...entry, notBefore: '2026-03-02T00:00:00Z', notAfter: '2026-03-01T00:00:00Z' }] },
      'keys[0].notAfter',
    ],
    ['a misspelt field', { keys: [{ ...entry, notafter: '2026-03-01T00:00:00Z' }] }, 'keys[0]'],
  ])('refuses %s and names file and field', (_what, content, field) => {
    const path = fileOf(content);
    expect(() => loadKeySet(path)).toThrow(new RegExp(`^${path}: ${field.replace(/[[\]]/g, '\\$&')}`));
  });

  it('refuses what is no JSON without quoting it, and a file that is not there', () => {
    const path = fileOf(key.privateKeyPem);
    expect(() => loadKeySet(path)).toThrow(`${path}: it is not JSON`);
    expect(() => loadKeySet(join(dir, 'none'))).toThrow(`${join(dir, 'none')}: ENOENT`);
  });
});

describe('loadPrivateKey', () => {
  it('gives the key that signs under its id', () => {
    expect(createSigner(loadPrivateKey(fileOf(key.privateKeyPem))).keyId).toBe(key.keyId);
  });

  it.each(['640', '604', '644'])('refuses a file that others can read: mode %s', (mode) => {
    expect(() => loadPrivateKey(fileOf(key.privateKeyPem, parseInt(mode, 8)))).toThrow('not private');
  });

  it.each([
    ['another kind of key', pem(rsa.privateKey, 'pkcs8')],
    ['a public key', key.publicKeyPem],
    ['no key at all', 'secret text'],
  ])('refuses %s, and does not show it', (_what, content) => {
    const path = fileOf(content);
    const load = () => loadPrivateKey(path);
    expect(load).toThrow(`${path}: not an Ed25519 key in PEM`);
    expect(load).not.toThrow('secret text');
  });
});
