import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { BelayError, messageOf } from '#lib/errors.ts';
import { readPrivateFile } from '#lib/identity/private-file.ts';

export interface SigningKey {
  readonly keyId: string;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    keyId: keyIdOf(publicKey),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Follows from the key, so that no list of keys can give one key the name of another. */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 32);
}

/** From a file that nobody else can read. */
export function loadPrivateKey(path: string): KeyObject {
  const pem = readPrivateFile(path, 'the private key');
  return ed25519(() => createPrivateKey(pem), path);
}

export function parsePublicKey(pem: string, source: string): KeyObject {
  // Node derives a public key from a private one without a word; here that would hide a leaked secret.
  if (pem.includes('PRIVATE KEY')) throw notAKey(source, 'it is a private key, in a file for public ones');
  return ed25519(() => createPublicKey(pem), source);
}

function ed25519(parse: () => KeyObject, source: string): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (error) {
    throw notAKey(source, messageOf(error));
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw notAKey(source, `it is of type ${key.asymmetricKeyType}`);
}

function notAKey(source: string, why: string): BelayError {
  return new BelayError('invalid', `${source}: not an Ed25519 key in PEM`, {
    code: 'SIGNING_KEY_INVALID',
    field: source,
    why,
  });
}
