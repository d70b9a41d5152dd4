import { type Actor, Risk, type Resource, type Value } from '#gen/belay/v1/common.ts';
import type { RunbookName } from '../../domain/audited-event.ts';
import { enumWord } from '../../domain/wording.ts';

/** pod production/api-server-abc123 */
export function resourceText(resource: Resource | undefined): string {
  if (!resource) return '';
  const path = [resource.namespace, resource.name].filter(Boolean).join('/');
  return [resource.kind, path].filter(Boolean).join(' ');
}

export function runbookText(runbook: RunbookName | undefined): string {
  if (!runbook) return '';
  return runbook.version === undefined ? runbook.name : `${runbook.name}@${runbook.version}`;
}

/** Missing risk counts as high. */
export function riskText(risk: Risk): string {
  return enumWord(Risk, risk === Risk.UNSPECIFIED ? Risk.HIGH : risk);
}

/** 9c1e04, out of sha256:9c1e04... */
export function shortHash(hash: string): string {
  return hash.replace(/^.*:/, '').slice(0, 6);
}

export const nameOf = (actor: Actor | undefined): string => actor?.name ?? '';

/** `by maria`, or nothing where nobody is named. */
export const byWhom = (actor: Actor | undefined): string => (actor?.name ? ` by ${actor.name}` : '');

const MOST_VALUES = 8;

const LONGEST_TEXT = 32;

/** readyReplicas 2, replicas 3 */
export function valuesText(values: Readonly<Record<string, Value>>): string {
  // Uids and lists of them are for machines, who find them in the data.
  const entries = Object.entries(values)
    .filter(([, { kind }]) => kind?.$case !== 'text' || kind.value.length <= LONGEST_TEXT)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = entries.slice(0, MOST_VALUES).map(([name, value]) => `${name} ${valueText(value)}`);
  const left = entries.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

function valueText({ kind }: Value): string {
  switch (kind?.$case) {
    case 'text':
      return kind.value === '' ? 'empty' : kind.value;
    case 'number':
    case 'flag':
      return String(kind.value);
    case 'list':
      return kind.value.items.join(' ') || 'none';
    default:
      return 'unrecognized';
  }
}
