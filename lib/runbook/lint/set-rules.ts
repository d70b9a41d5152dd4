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

/** Two runbooks that an incident could not choose between. */
export function equalMatches(runbooks: readonly Runbook[], describe: Describe): readonly SetFinding[] {
  return FIELDS.flatMap((field) => {
    const seen = new Map<string, Runbook[]>();
    return runbooks.flatMap((runbook) =>
      runbook.triggers[field].flatMap((name, index): readonly SetFinding[] => {
        const earlier = seen.get(name) ?? [];
        seen.set(name, [...earlier, runbook]);
        const rival = earlier.find((other) => other !== runbook && overlap(other, runbook));
        if (!rival) return [];
        const message = `${describe(rival)} matches ${name} as well, for the same resources, tell them apart by scope.resourceKinds or scope.allowedNamespaces`;
        return [{ runbook, finding: error(['triggers', field, index], 'equal_matches', message) }];
      }),
    );
  });
}

const FIELDS = ['probableCauses', 'symptoms'] as const;

function overlap({ scope: a }: Runbook, { scope: b }: Runbook): boolean {
  return meet(a.resourceKinds, b.resourceKinds) && meet(a.allowedNamespaces, b.allowedNamespaces);
}

/** An empty list is any. */
function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((item) => b.includes(item));
}
