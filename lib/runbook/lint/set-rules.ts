import { listed } from '../nearest.ts';
import type { Runbook } from '../runbook.ts';
import { error, type Finding } from './lint-rule.ts';

/** Something that only shows when runbooks stand beside one another. */
export interface SetFinding {
  readonly runbook: Runbook;
  readonly finding: Finding;
}

/** Name and place of a runbook, for a message about another one. */
export type Describe = (runbook: Runbook) => string;

export function repeatedNames(runbooks: readonly Runbook[], describe: Describe): readonly SetFinding[] {
  const seen = new Map<string, Runbook>();
  return runbooks.flatMap((runbook) => {
    const first = seen.get(runbook.name);
    if (!first) {
      seen.set(runbook.name, runbook);
      return [];
    }
    const message = `there already is ${describe(first)}, only one of them could run, choose another name`;
    return [{ runbook, finding: { ...error([], 'repeated_name', message), path: ['metadata', 'name'] } }];
  });
}

/** Runbooks that an incident could not choose between. Each pair is told of once, at the later name. */
export function equalMatches(runbooks: readonly Runbook[], describe: Describe): readonly SetFinding[] {
  const ordered = runbooks.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return FIELDS.flatMap((field) => {
    const byTrigger = new Map<string, Runbook[]>();
    return ordered.flatMap((runbook) =>
      namesOf(runbook, field).flatMap((name): readonly SetFinding[] => {
        const earlier = byTrigger.get(name) ?? [];
        byTrigger.set(name, earlier);
        const rivals = earlier.filter((other) => overlap(other, runbook));
        earlier.push(runbook);
        if (rivals.length === 0) return [];
        const path = ['triggers', field, ...(field === 'any' ? [] : [runbook.triggers[field].indexOf(name)])];
        return [{ runbook, finding: error(path, 'equal_matches', equalMessage(name, rivals.map(describe))) }];
      }),
    );
  });
}

/** What it is found by, each once. Runbooks for any incident are all found by the same. */
function namesOf({ triggers }: Runbook, field: (typeof FIELDS)[number]): readonly string[] {
  if (field === 'any') return triggers.any ? ['any incident'] : [];
  return [...new Set(triggers[field])];
}

function equalMessage(name: string, rivals: readonly string[]): string {
  const verb = rivals.length === 1 ? 'matches' : 'match';
  return `${listed(rivals)} ${verb} ${name} as well, for the same resources, tell them apart by scope.resourceKinds or scope.allowedNamespaces`;
}

const FIELDS = ['probableCauses', 'symptoms', 'any'] as const;

function overlap({ scope: a }: Runbook, { scope: b }: Runbook): boolean {
  return meet(a.resourceKinds, b.resourceKinds) && meet(a.allowedNamespaces, b.allowedNamespaces);
}

/** An empty list is any. */
function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((item) => b.includes(item));
}
