interface Sized {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string>>;
}

/** Key, value and headers: what the limits of the bus count. */
export function recordBytes(record: Sized): number {
  let bytes = byteLength(record.key) + byteLength(record.value);
  for (const name in record.headers) {
    bytes += Buffer.byteLength(name) + byteLength(record.headers[name] ?? null);
  }
  return bytes;
}

function byteLength(part: Buffer | string | null): number {
  return part === null ? 0 : Buffer.byteLength(part);
}
