import { verify as verifyEd25519 } from 'node:crypto';
import { frame } from './frame.ts';
import type { KeyUse, PublicKey } from './key-set.ts';
import { parseSignature } from './signature.ts';

export type Verification =
  | { readonly ok: true; readonly keyId: string }
  | { readonly ok: false; readonly reason: SignatureFault };

/** `wrong_use`: a key we know, but that may not sign for this; the key of one target used for another. */
export type SignatureFault =
  | 'malformed'
  | 'unknown_key'
  | 'wrong_use'
  | 'not_yet_valid'
  | 'expired'
  | 'bad_signature';

export interface VerifyOptions {
  /** What the key must be for. Taken from where the message was found, never from the message. */
  readonly use: KeyUse;
  /** When the message was received: for records that are read again later, the time the log gave them. */
  readonly at: Date;
}

export interface Verifier {
  /** Answers with a value, never throws, whatever the text and the parts are. */
  verify(
    signature: string | undefined,
    options: VerifyOptions,
    context: string,
    ...parts: readonly Uint8Array[]
  ): Verification;
}

export function createVerifier(publicKeys: readonly PublicKey[]): Verifier {
  const keys = new Map(publicKeys.map((key) => [key.keyId, key]));
  return {
    verify: (text, { use, at }, context, ...parts) => {
      const signature = text === undefined ? undefined : parseSignature(text);
      if (!signature) return refused('malformed');
      const key = keys.get(signature.keyId);
      if (!key) return refused('unknown_key');
      const fault = faultOf(key, use, at);
      if (fault) return refused(fault);
      const genuine = verifyEd25519(null, frame(context, parts), key.publicKey, signature.bytes);
      return genuine ? { ok: true, keyId: key.keyId } : refused('bad_signature');
    },
  };
}

function faultOf(key: PublicKey, use: KeyUse, at: Date): SignatureFault | undefined {
  if (key.use !== use) return 'wrong_use';
  // Negated, so that a time that is none is outside.
  if (key.notBefore && !(at >= key.notBefore)) return 'not_yet_valid';
  if (key.notAfter && !(at < key.notAfter)) return 'expired';
  return undefined;
}

function refused(reason: SignatureFault): Verification {
  return { ok: false, reason };
}
