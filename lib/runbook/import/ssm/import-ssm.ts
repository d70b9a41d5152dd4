import { Draft } from '../draft.ts';
import type { Section } from '../section.ts';
import { toRunbookName } from '../spellings.ts';
import { readSteps } from './automation-step.ts';
import { outputFacts } from './ecs-facts.ts';
import { flowOf } from './flow.ts';
import { setParameters } from './parameters.ts';
import { ssmSyntax } from './placeholder-names.ts';
import { setSteps } from './steps.ts';

/** An automation document of AWS Systems Manager, schemaVersion 0.3: one runbook, called like its file. */
export function importSsm(root: Section, fileName: string): readonly Draft[] {
  const draft = new Draft(toRunbookName(fileName.replace(/\.\w+$/, '')), [], root.notes);
  root.take('schemaVersion');
  const intent = root.text('description');
  draft.set('type', 'maintenance', []);
  draft.set('intent', intent ?? `Imported from ${fileName}.`, root.at('description'));
  draft.set('owner', 'unknown', []);
  // What a document does is not in its name, and nobody has judged it yet.
  draft.set('risk', 'high', []);
  draft.set('decisionMode', 'approval_required', []);
  const missing = intent === undefined ? 'owner, description' : 'owner';
  const message = `says no ${missing}, risk or trigger, so it is high risk, asks a person and is started by hand, write spec.owner and review the others`;
  root.notes.warn([], 'assumed', message);
  const syntax = ssmSyntax(setParameters(draft, root));
  const steps = readSteps(root);
  setSteps(draft, steps, { flows: flowOf(steps, outputFacts(steps)), syntax, root });
  root.keep(
    'assumeRole',
    'the executor of the target holds the only credentials, give its role what the steps need',
  );
  return [draft];
}
