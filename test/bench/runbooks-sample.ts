import { globSync, readFileSync } from 'node:fs';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import type { Trigger } from '#lib/runbook/match-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';

const folder = new URL('../../runbooks/', import.meta.url).pathname;

/** Those that ship, but for the one that is for any incident: of that there is one however many others there are. */
const shipped = globSync('*.yaml', { cwd: folder, exclude: ['*.test.yaml'] })
  .toSorted()
  .map((file) => readFileSync(`${folder}${file}`, 'utf8'))
  .filter((text) => !text.includes('any: true'));

/** As many files as asked for, made of those that ship, each with a name and triggers of its own. */
export function sampleFiles(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const text = shipped[index % shipped.length] ?? '';
    return text
      .replace(/(?<=metadata: \{ name: )[\w-]+/, (name) => `${name}-${index}`)
      .replaceAll(/(?<=(?:symptoms|probableCauses): \[)[^\]]+/g, (names) =>
        names.replaceAll(/\w+/g, (name) => `${name}_${index}`),
      );
  });
}

export function sampleRunbooks(count: number): readonly Runbook[] {
  const loaded = sampleFiles(count).map((text, index) => loadRunbook(text, `${index}.yaml`));
  const runbooks = loaded.flatMap((one) => one.runbooks);
  if (runbooks.length !== count) throw new Error(`${runbooks.length} of ${count} sample runbooks load`);
  return runbooks;
}

/** Found by its cause, by its symptom, of a kind that its runbook is not for, unknown: as many of each. */
export function sampleEvents(runbooks: readonly Runbook[], count: number): readonly Trigger[] {
  const triggered = runbooks.filter(({ triggers }) => triggers.symptoms.length > 0);
  return Array.from({ length: count }, (_, index) => {
    const { triggers, scope } = triggered[Math.floor(index / 4) % triggered.length] as Runbook;
    const symptom = triggers.symptoms[0] ?? '';
    const probableCause = triggers.probableCauses[0] ?? '';
    const resource = { kind: scope.resourceKinds[0] ?? 'pod', namespace: 'production' };
    const forms: readonly Trigger[] = [
      { symptom: 'unheard_of', probableCause, resource },
      { symptom, probableCause: 'unheard_of', resource },
      { symptom, probableCause, resource: { ...resource, kind: 'queue' } },
      { symptom: 'unheard_of', probableCause: 'unheard_of', resource },
    ];
    return forms[index % forms.length] as Trigger;
  });
}
