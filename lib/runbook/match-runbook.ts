import type { Runbook } from './runbook.ts';

export interface Trigger {
  readonly symptom: string;
  readonly probableCause: string;
  readonly resource: { readonly kind: string } | undefined;
}

export interface Match {
  readonly runbook: Runbook;
  readonly by: 'cause' | 'symptom';
}

/**
 * The runbook for a trigger. A cause outranks a symptom whatever the order of the files; among equals,
 * which the linter refuses, the name decides, so that the answer never depends on a directory listing.
 */
export function matchRunbook(runbooks: readonly Runbook[], trigger: Trigger): Match | undefined {
  const fitting = runbooks.filter((r) => fitsKind(r, trigger)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const byCause = fitting.find(
    (r) => trigger.probableCause !== '' && r.triggers.probableCauses.includes(trigger.probableCause),
  );
  if (byCause) return { runbook: byCause, by: 'cause' };
  const bySymptom = fitting.find(
    (r) => trigger.symptom !== '' && r.triggers.symptoms.includes(trigger.symptom),
  );
  return bySymptom && { runbook: bySymptom, by: 'symptom' };
}

function fitsKind({ scope }: Runbook, { resource }: Trigger): boolean {
  return (
    scope.resourceKinds.length === 0 ||
    (resource !== undefined && scope.resourceKinds.includes(resource.kind))
  );
}
