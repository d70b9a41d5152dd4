import { createHash } from 'node:crypto';
import type { Labels, PodTemplate } from '../objects.ts';
import { NAME_CHARACTERS } from '../random-suffix.ts';

export const HASH_LABEL = 'pod-template-hash';

/** Tells the templates of one Deployment apart, whatever the order of their keys. */
export function templateHash({ metadata, spec }: PodTemplate): string {
  const { [HASH_LABEL]: _own, ...labels } = metadata.labels ?? {};
  const digest = createHash('sha256')
    .update(canonical({ metadata: { ...metadata, labels }, spec }))
    .digest();
  return [...digest.subarray(0, 10)].map((byte) => NAME_CHARACTERS[byte % NAME_CHARACTERS.length]).join('');
}

export function withHash(labels: Labels | undefined, hash: string): Labels {
  return { ...labels, [HASH_LABEL]: hash };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
