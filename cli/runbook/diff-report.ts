import { type Change, diffRunbooks } from '#lib/runbook/diff/diff-runbooks.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';

export interface RunbookChange extends Change {
  readonly runbook: string;
}

/** By name; one that stands alone on each side is compared whatever it is called. */
export function compareSets(before: readonly Runbook[], after: readonly Runbook[]): readonly RunbookChange[] {
  const [old, current] = [before[0], after[0]];
  if (old && current && before.length === 1 && after.length === 1) return compare(old, current);
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((set) => set.find((runbook) => runbook.name === name));
    if (was && is) return compare(was, is);
    const freer = is ? 'is new' : '';
    return [{ runbook: name, field: 'runbook', before: was && 'there', after: is && 'there', freer }];
  });
}

const compare = (before: Runbook, after: Runbook): readonly RunbookChange[] =>
  diffRunbooks(before, after).map((change) => ({ runbook: after.name, ...change }));

export function diffResult(changes: readonly RunbookChange[]): Result {
  return {
    kind: 'RunbookDiff',
    body: { items: changes.map((change) => ({ ...change, actsMoreFreely: change.freer !== '' })) },
    names: [...new Set(changes.map(({ runbook }) => runbook))],
    table: () => ({
      header: ['RUNBOOK', 'FIELD', 'ACTS MORE FREELY', 'BEFORE -> AFTER'],
      rows: changes.map(({ runbook, field, before, after, freer }): Cell[] => [
        runbook,
        field,
        freer === '' ? '' : { text: freer, tone: 'bad' },
        `${textOf(before)} -> ${textOf(after)}`,
      ]),
    }),
  };
}

function textOf(value: Change['before']): string {
  if (value === undefined) return '-';
  return typeof value === 'object' ? value.join(', ') || 'none' : String(value);
}

export function verdict(changes: readonly RunbookChange[]): string {
  if (changes.length === 0) return 'They mean the same.';
  const freer = changes.filter((change) => change.freer !== '').length;
  const fields = `${changes.length} ${changes.length === 1 ? 'field differs' : 'fields differ'}`;
  return freer === 0
    ? `${fields}; none lets it act more freely.`
    : `${fields}; ${freer} let it act more freely.`;
}
