import type { CpuProfile } from './decision-probe-client.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const SHOWN = 14;

/** Where the processor's time goes, by the part of the house whose code runs. Idle time is left out. */
export function profileLines({ nodes, samples }: CpuProfile): string[] {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const busy = samples.map((id) => parts.get(id) ?? '').filter((part) => part !== '(idle)');
  const shares = Array.from(
    Map.groupBy(busy, (part) => part),
    ([part, hits]) => ({
      part,
      percent: (hits.length / busy.length) * 100,
    }),
  );
  return shares
    .sort((a, b) => b.percent - a.percent)
    .slice(0, SHOWN)
    .map(({ part, percent }) => `  ${percent.toFixed(1).padStart(5)} %  ${part}`);
}

function partOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'JavaScript built-ins';
  if (url.startsWith('node:'))
    return `Node, ${url.split('/')[0]}${url.includes('internal') ? '/internal' : ''}`;
  const path = url.replace('file://', '').replace(ROOT, '');
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  if (name) return name;
  return path
    .split('/')
    .slice(0, 3)
    .join('/')
    .replace(/[.]ts$/, '');
}
