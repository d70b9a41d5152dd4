import { relative } from 'node:path';
import { beyondExecutors } from '#lib/runbook/catalogue/carried-out.ts';
import type { LoadResult } from '#lib/runbook/load-runbook.ts';
import type { Runbook, Triggers } from '#lib/runbook/runbook.ts';
import type { Result } from '../frame/output.ts';

export interface ListFilter {
  readonly type: string | undefined;
  readonly tag: string | undefined;
  readonly owner: string | undefined;
  readonly trigger: string | undefined;
}

export function listResult({ runbooks, places }: LoadResult, filter: ListFilter, cwd: string): Result {
  const found = runbooks
    .filter((runbook) => passes(runbook, filter))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const fileOf = (runbook: Runbook): string => relative(cwd, places.get(runbook)?.([]).file ?? '');
  return {
    kind: 'RunbookList',
    body: { items: found.map((runbook) => itemOf(runbook, fileOf(runbook))) },
    names: found.map(({ name }) => name),
    table: ({ wide }) => ({
      header: ['NAME', 'RISK', 'MODE', 'TRIGGERS', 'OWNER', ...(wide ? WIDE : [])],
      rows: found.map((runbook) => {
        const { name, risk, decisionMode, triggers, owner, type, tags } = runbook;
        const more = [type, tags.join(','), beyondExecutors(runbook) ?? 'carried out', fileOf(runbook)];
        return [name, risk, decisionMode, triggersOf(triggers).join(','), owner, ...(wide ? more : [])];
      }),
    }),
  };
}

const WIDE = ['TYPE', 'TAGS', 'EXECUTOR', 'FILE'];

function passes(runbook: Runbook, { type, tag, owner, trigger }: ListFilter): boolean {
  return (
    (type === undefined || runbook.type === type) &&
    (tag === undefined || runbook.tags.includes(tag)) &&
    (owner === undefined || runbook.owner === owner) &&
    (trigger === undefined || triggersOf(runbook.triggers).includes(trigger))
  );
}

/** Each once, whether it is a cause or a symptom. */
function triggersOf({ symptoms, probableCauses, any }: Triggers): readonly string[] {
  return [...new Set([...symptoms, ...probableCauses, ...(any ? ['any'] : [])])];
}

function itemOf(runbook: Runbook, file: string): Readonly<Record<string, unknown>> {
  const { name, digest, type, intent, owner, risk, decisionMode, triggers, tags } = runbook;
  const isCarriedOut = beyondExecutors(runbook) === undefined;
  return { name, digest, type, intent, owner, risk, decisionMode, triggers, tags, isCarriedOut, file };
}
