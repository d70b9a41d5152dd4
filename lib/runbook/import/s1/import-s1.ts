import { Draft } from '../draft.ts';
import type { Section } from '../section.ts';
import { toRunbookName } from '../spellings.ts';
import { setDecision } from './decision.ts';
import { setGuardrails } from './guardrails.ts';
import { setOutcomeChecks, setPreChecks } from './checks.ts';
import { setSteps } from './steps.ts';

/** The lab's `runbooks.yaml`: one runbook under each name. */
export function importS1(root: Section): readonly Draft[] {
  const runbooks = root.section('runbooks');
  if (!runbooks) return [];
  return runbooks.keys().flatMap((name) => {
    const notes = root.notes.another();
    const section = runbooks.section(name, notes);
    return section ? [importOne(name, section)] : [];
  });
}

function importOne(name: string, section: Section): Draft {
  const draft = new Draft(toRunbookName(name), section.path, section.notes);
  if (draft.name !== name)
    section.notes.warn(
      section.path,
      'renamed',
      `${name} is called ${draft.name} here, mend what refers to it`,
    );
  draft.set('triggers.symptoms', section.texts('triggers'), section.at('triggers'));
  draft.set('triggers.minimumConfidence', section.limit('min_confidence'), section.at('min_confidence'));
  setPeople(draft, section, name);
  setScope(draft, section);
  setGuardrails(draft, section);
  setPreChecks(draft, section);
  setSteps(draft, section);
  setOutcomeChecks(draft, section);
  setDecision(draft, section, name);
  section.finish();
  return draft;
}

function setPeople(draft: Draft, section: Section, name: string): void {
  const intent = section.text('description');
  const owner = section.text('owner');
  draft.set('intent', intent ?? `Imported from the lab's ${name}.`, section.at('description'));
  draft.set('owner', owner ?? 'unknown', section.at('owner'));
  draft.set('tags', section.texts('tags'), section.at('tags'));
  const missing = [owner === undefined && 'owner', intent === undefined && 'description'].filter(Boolean);
  if (missing.length === 0) return;
  const message = `says no ${missing.join(' and no ')}, people look for that when it acts, write spec.owner and spec.intent`;
  section.notes.warn(section.path, 'assumed', message);
}

function setScope(draft: Draft, section: Section): void {
  draft.set(
    'scope.allowedNamespaces',
    section.guards('allowed_namespaces'),
    section.at('allowed_namespaces'),
  );
  const labels = section.take('required_labels');
  draft.set('scope.requiredLabels', labels, section.at('required_labels'));
}
