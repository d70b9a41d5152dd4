import { error, type LintRule, warning } from './lint-rule.ts';
import { canActAlone, isReadOnly } from '../step-facts.ts';

/** Nobody has opted in, so everybody has. Who only reads may look at everything. */
export const selectsEverything: LintRule = (runbook) => {
  const { allowedNamespaces, requiredLabels, resourceKinds } = runbook.scope;
  const isOpen = allowedNamespaces.length === 0 && Object.keys(requiredLabels).length === 0;
  if (!isOpen || isReadOnly(runbook)) return [];
  const message = 'every workload is in scope, opted in or not, add allowedNamespaces or requiredLabels';
  if (canActAlone(runbook)) return [error(['scope'], 'scope_selects_everything', message)];
  return resourceKinds.length === 0 ? [warning(['scope'], 'scope_selects_everything', message)] : [];
};
