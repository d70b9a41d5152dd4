import { createPrivateKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from './frame.ts';
import { type KeyUse, parseKeySet, type PublicKey } from './key-set.ts';
import { createSigner, type Signer } from './signer.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { createVerifier } from './verifier.ts';

const ORDER = 'belay-order-v1';
const ACTION = 'belay-action-v1';
const at = new Date('2026-03-01T10:00:00Z');
const decision: KeyUse = 'decision';

const signerOf = (key: SigningKey): Signer => createSigner(createPrivateKey(key.privateKeyPem));
const listed = ({ keyId, publicKeyPem }: SigningKey, use: KeyUse, period = {}) => ({
  keyId,
  publicKey: publicKeyPem,
  use,
  ...period,
});
const keySet = (...keys: object[]): readonly PublicKey[] =>
  parseKeySet(JSON.stringify({ keys }), 'keys.json');

const key = generateSigningKey();
const signer = signerOf(key);
const verifier = createVerifier(keySet(listed(key, decision)));
const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
const verify = (signature: string | undefined, context: string, ...given: Uint8Array[]) =>
  verifier.verify(signature, { use: decision, at }, context, ...given);

describe('a signature', () => {
  it('is accepted for what was signed, and names its key', () => {
    fc.assert(
      fc.property(parts, (signed) => {
        expect(verify(signer.sign(ORDER, ...signed), ORDER, ...signed)).toEqual({
          ok: true,
          keyId: key.keyId,
        });
      }),
    );
  });

  it('is refused when any bit of it, of the message or of the context is another', () => {
    const message = randomBytes(64);
    const signature = signer.sign(ORDER, message);
    const whole = Buffer.concat([Buffer.from(signature), Buffer.from(ORDER), message]);
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const text = flipped.subarray(0, signature.length).toString('latin1');
      const context = flipped.subarray(signature.length, signature.length + ORDER.length).toString('latin1');
      const rest = flipped.subarray(signature.length + ORDER.length);
      expect(verify(text, context, rest).ok, `bit ${bit}`).toBe(false);
    }
  });

  it('holds for one way of splitting the same bytes only', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(frame(ORDER, one).equals(frame(ORDER, other))).toBe(false);
      }),
    );
    const signature = signer.sign(ORDER, Buffer.from('ab'), Buffer.from('c'));
    expect(verify(signature, ORDER, Buffer.from('a'), Buffer.from('bc')).ok).toBe(false);
    expect(verify(signature, ORDER, Buffer.from('abc')).ok).toBe(false);
    expect(verify(signature, ORDER, Buffer.from('ab'), Buffer.from('c'), Buffer.alloc(0)).ok).toBe(false);
  });

  it('for one purpose does not do for another, nor by moving text between context and message', () => {
    const signature = signer.sign(ORDER, Buffer.from('x'));
    expect(verify(signature, ACTION, Buffer.from('x'))).toEqual({ ok: false, reason: 'bad_signature' });
    expect(verify(signature, `${ORDER}x`).ok).toBe(false);
    expect(verify(signature, '', Buffer.from(ORDER), Buffer.from('x')).ok).toBe(false);
  });

  it('by a key that pretends to be another one is refused', () => {
    const forger = signerOf(generateSigningKey());
    const [version, , bytes] = forger.sign(ORDER, Buffer.from('x')).split(';');
    const forged = [version, key.keyId, bytes].join(';');
    expect(verify(forged, ORDER, Buffer.from('x'))).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it('by a key that nobody listed is refused', () => {
    const stranger = signerOf(generateSigningKey());
    expect(verify(stranger.sign(ORDER), ORDER)).toEqual({ ok: false, reason: 'unknown_key' });
  });
});

describe('what is no signature', () => {
  it('is malformed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(verify(text, ORDER)).toEqual({ ok: false, reason: 'malformed' });
      }),
    );
    expect(verify(undefined, ORDER)).toEqual({ ok: false, reason: 'malformed' });
  });

  const good = signer.sign(ORDER);
  it.each([
    ['another version', good.replace('v1', 'v2')],
    ['another case of the key id', good.replace(key.keyId, key.keyId.toUpperCase())],
    ['a line end', `${good}\n`],
    ['something behind', `${good};x`],
    ['blanks', good.replaceAll(';', '; ')],
    ['base64url', good.slice(0, -4) + '-_=='],
    ['no padding', good.replace(/=+$/, '')],
    ['half of it', good.slice(0, 60)],
  ])('is malformed with %s', (_what, text) => {
    expect(verify(text, ORDER)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('is found out at once when it is huge', () => {
    const huge = `v1;${key.keyId};${'A'.repeat(50_000_000)}==`;
    const start = performance.now();
    expect(verify(huge, ORDER)).toEqual({ ok: false, reason: 'malformed' });
    expect(performance.now() - start).toBeLessThan(50);
  });
});

describe('a rotation', () => {
  const old = generateSigningKey();
  const next = generateSigningKey();
  const day = (n: number) => `2026-03-0${n}T00:00:00Z`;
  const keys = keySet(
    listed(old, decision, { notAfter: day(3) }),
    listed(next, decision, { notBefore: day(2) }),
  );
  const rotating = createVerifier(keys);
  const check = (by: SigningKey, time: string) =>
    rotating.verify(
      signerOf(by).sign(ORDER, Buffer.from('x')),
      { use: decision, at: new Date(time) },
      ORDER,
      Buffer.from('x'),
    );

  it.each([
    ['before', day(1), { ok: true }, { ok: false, reason: 'not_yet_valid' }],
    ['from the first moment of the overlap', day(2), { ok: true }, { ok: true }],
    ['until the last one', '2026-03-02T23:59:59.999Z', { ok: true }, { ok: true }],
    ['after', day(3), { ok: false, reason: 'expired' }, { ok: true }],
  ])('%s, at %s', (_when, time, byOld, byNew) => {
    expect(check(old, time)).toMatchObject(byOld);
    expect(check(next, time)).toMatchObject(byNew);
  });

  it('accepts nothing with a limited key at a time that is none', () => {
    expect(check(old, 'never')).toMatchObject({ ok: false });
    expect(check(next, 'never')).toMatchObject({ ok: false });
  });

  it('is over when the old key is taken out of the list', () => {
    const after = createVerifier(keySet(listed(next, decision)));
    const signature = signerOf(old).sign(ORDER);
    expect(after.verify(signature, { use: decision, at }, ORDER)).toEqual({
      ok: false,
      reason: 'unknown_key',
    });
  });
});

describe('the use of a key', () => {
  const a = generateSigningKey();
  const b = generateSigningKey();
  const named = generateSigningKey();
  const shared = createVerifier(
    keySet(
      listed(key, decision),
      listed(a, 'target:cluster-a'),
      listed(b, 'target:cluster-b'),
      listed(named, 'target:decision'),
    ),
  );
  const uses: readonly KeyUse[] = ['decision', 'target:cluster-a', 'target:cluster-b', 'target:decision'];
  const pairs = uses.flatMap((own, i) =>
    uses.map((wanted) => ({ own, wanted, by: [key, a, b, named][i] ?? key })),
  );

  it.each(pairs)('$own signing for $wanted', ({ own, wanted, by }) => {
    const answer = shared.verify(signerOf(by).sign(ACTION), { use: wanted, at }, ACTION);
    expect(answer).toEqual(
      own === wanted ? { ok: true, keyId: by.keyId } : { ok: false, reason: 'wrong_use' },
    );
  });
});

describe('generateSigningKey', () => {
  it('makes Ed25519 keys, whose id follows from the public half', () => {
    expect(generateSigningKey().keyId).not.toBe(key.keyId);
    expect(key.keyId).toMatch(/^[0-9a-f]{32}$/);
    expect(signer.keyId).toBe(key.keyId);
    expect(createPrivateKey(key.privateKeyPem).asymmetricKeyType).toBe('ed25519');
  });
});
