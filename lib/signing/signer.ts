import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { frame } from './frame.ts';
import { formatSignature } from './signature.ts';
import { keyIdOf } from './signing-key.ts';

export interface Signer {
  readonly keyId: string;
  /** The signature as a header's text. The context says what is signed: `belay-order-v1`. */
  sign(context: string, ...parts: readonly Uint8Array[]): string;
}

export function createSigner(privateKey: KeyObject): Signer {
  const keyId = keyIdOf(createPublicKey(privateKey));
  return {
    keyId,
    sign: (context, ...parts) =>
      formatSignature({ keyId, bytes: sign(null, frame(context, parts), privateKey) }),
  };
}
