/** The partition Kafka's own clients choose for the key, so that a log keeps its layout when it moves. */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  let hash = SEED ^ data.length;
  const wholeBytes = data.length & ~3;
  for (let i = 0; i < wholeBytes; i += 4) {
    const word = Math.imul(data.readInt32LE(i), MIX);
    hash = Math.imul(hash, MIX) ^ Math.imul(word ^ (word >>> 24), MIX);
  }
  const restBytes = data.length - wholeBytes;
  if (restBytes > 0) hash = Math.imul(hash ^ data.readUIntLE(wholeBytes, restBytes), MIX);
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}

const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;
