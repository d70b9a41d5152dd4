import { Draft, riskLevel, stricter } from '../draft.ts';
import type { Section } from '../section.ts';
import { toRunbookName } from '../spellings.ts';
import { setParameters } from './parameters.ts';
import { setSteps } from './steps.ts';

/** The runbook manager's JSON: one runbook a document. */
export function importS0(root: Section, fileName: string): readonly Draft[] {
  const title = root.text('name') ?? fileName.replace(/\.\w+$/, '');
  const draft = new Draft(toRunbookName(title), [], root.notes);
  if (toRunbookName(title) !== title)
    root.warn('name', 'renamed', `${title} is called ${draft.name} here, mend what refers to it`);
  const intent = root.text('description');
  draft.set('type', root.text('runbook_type'), root.at('runbook_type'));
  draft.set('intent', intent ?? title, root.at('description'));
  setOwner(draft, root);
  draft.set('prerequisites', root.texts('prerequisites'), root.at('prerequisites'));
  draft.set('tags', root.texts('tags'), root.at('tags'));
  const parameters = setParameters(draft, root);
  setSteps(draft, root, parameters);
  for (const [name, parameter] of Object.entries(parameters.undeclared())) {
    draft.set(`parameters.${name}`, parameter, root.at('steps'));
    const message = `{${name}} is used and not declared, so whoever runs it has to give it, look at spec.parameters.${name}`;
    root.warn('steps', 'assumed', message);
  }
  setRisk(draft, root);
  setRunTimeout(draft, root);
  root.keep('version', 'versions are counted by the registry, it is kept in x-imported for the reviewer');
  return [draft];
}

function setOwner(draft: Draft, root: Section): void {
  const owner = root.text('owner') ?? root.text('created_by');
  draft.set('owner', owner ?? 'unknown', root.has('owner') ? root.at('owner') : root.at('created_by'));
  if (owner === undefined)
    root.notes.warn([], 'assumed', 'says no owner, people look for one when it acts, write spec.owner');
}

/** The manager knows no risk, and what is not known is high. */
function setRisk(draft: Draft, root: Section): void {
  const key = root.has('risk') ? 'risk' : 'risk_level';
  const given = root.text(key);
  const declared = riskLevel(given);
  const risk = stricter(declared ?? 'high', draft.actionRisk());
  draft.set('risk', risk, root.at(key));
  draft.set('decisionMode', 'approval_required', root.at(key));
  if (declared === risk) return;
  const what = given === undefined ? 'says no risk' : `says ${given}`;
  const why = declared === undefined ? 'what is not known is high' : `what it does is ${risk} risk`;
  root.notes.warn(
    given === undefined ? [] : root.at(key),
    'risk_raised',
    `${what}, and ${why}, so it is ${risk} here and asks a person, lower it only after a review`,
  );
}

/** What Belay stops every run after. */
const MAX_RUN_SECONDS = 3_600;

function setRunTimeout(draft: Draft, root: Section): void {
  for (const key of ['timeout_seconds', 'execution_timeout_seconds', 'global_timeout_seconds']) {
    const seconds = root.number(key);
    if (seconds === undefined || seconds === MAX_RUN_SECONDS) continue;
    const message = `every run is stopped after ${MAX_RUN_SECONDS} s and the format has no limit of its own, keep the timeouts of the steps within ${seconds} s`;
    draft.notes.keep(root.at(key), seconds, message);
  }
}
