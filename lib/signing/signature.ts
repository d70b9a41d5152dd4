export interface Signature {
  readonly keyId: string;
  readonly bytes: Buffer;
}

const PATTERN = /^v1;([0-9a-f]{32});([A-Za-z0-9+/]{86}==)$/;
const LENGTH = 'v1;'.length + 32 + ';'.length + 88;

/** As it travels in a header: `v1;<key id>;<base64>`. */
export function formatSignature({ keyId, bytes }: Signature): string {
  return `v1;${keyId};${bytes.toString('base64')}`;
}

/** Undefined for anything that formatSignature would not have written, to the last bit. */
export function parseSignature(text: string): Signature | undefined {
  if (text.length !== LENGTH) return undefined;
  const [, keyId, base64] = PATTERN.exec(text) ?? [];
  if (keyId === undefined || base64 === undefined) return undefined;
  const signature = { keyId, bytes: Buffer.from(base64, 'base64') };
  // The last character carries four spare bits: without this, sixteen texts would be the same signature.
  return formatSignature(signature) === text ? signature : undefined;
}
