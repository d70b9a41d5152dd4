/**
 * The bytes that are signed. The context keeps a signature made for one purpose from being shown for another;
 * lengths in front keep ("ab", "c") apart from ("a", "bc") and a missing part from an empty one.
 */
export function frame(context: string, parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(context, 'utf8'), ...parts].flatMap((part) => [lengthOf(part), part]));
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(part.byteLength));
  return length;
}
