import { nearest } from '../nearest.ts';
import { placeholdersIn } from '../placeholders.ts';
import type { Runbook } from '../runbook.ts';
import { error, type Finding, type LintRule, warning } from './lint-rule.ts';
import { isReadOnly } from '../step-facts.ts';

const namesNothing = ({ triggers }: Runbook): boolean =>
  triggers.symptoms.length === 0 && triggers.probableCauses.length === 0;

const isEmpty = (runbook: Runbook): boolean => !runbook.triggers.any && namesNothing(runbook);

/** What runs by itself needs something that starts it. */
export const nothingStartsIt: LintRule = (runbook) => {
  const byItself = runbook.decisionMode === 'auto_execute' || runbook.decisionMode === 'observe';
  if (!byItself || !isEmpty(runbook) || runbook.schedule) return [];
  const message = `${runbook.decisionMode} without a trigger or a schedule never happens, add symptoms, probableCauses or a schedule`;
  return [error(['triggers'], 'unsatisfiable_trigger', message)];
};

/** Whoever reports an incident says what it is about; a timetable does not. */
export const scheduledOnNothing: LintRule = ({ schedule }) => {
  if (!schedule || schedule.resource) return [];
  const message = 'names nothing to act on, so each time is left to people, add resource';
  return [warning(['schedule'], 'schedule_without_resource', message)];
};

/** What nobody has diagnosed is looked at; it is not acted on. */
export const fallbackActs: LintRule = (runbook) => {
  if (!runbook.triggers.any || isReadOnly(runbook)) return [];
  const message =
    'whatever is behind an incident would start it, so its steps may only read, name symptoms or probableCauses';
  return [error(['triggers', 'any'], 'fallback_acts', message)];
};

export const fallbackNames: LintRule = (runbook) => {
  if (!runbook.triggers.any || namesNothing(runbook)) return [];
  const message = 'any incident includes those named beside it, remove the names or any';
  return [error(['triggers', 'any'], 'fallback_names', message)];
};

export const certaintyDemanded: LintRule = (runbook) => {
  const { triggers } = runbook;
  if (isEmpty(runbook) || triggers.minimumConfidence < 1) return [];
  const message =
    'no diagnosis is certain, so next to nothing reaches a minimumConfidence of 1 (also when it is missing), write 0.8';
  return [warning(['triggers', 'minimumConfidence'], 'unsatisfiable_trigger', message)];
};

const KINDS = [
  'pod',
  'deployment',
  'statefulset',
  'daemonset',
  'job',
  'node',
  'namespace',
  'service',
  'ecs_service',
  'lambda_function',
  'instance',
  'host',
  'database',
  'queue',
];

/** Sources may have kinds of their own; one that is nearly a known one is a slip. */
export const misspeltKind: LintRule = ({ scope }) =>
  scope.resourceKinds.flatMap((kind, index) => {
    const near = KINDS.includes(kind) ? undefined : nearest(kind, KINDS);
    if (near === undefined) return [];
    const message = `no incident is about a ${kind}, did you mean ${near}?`;
    return [warning(['scope', 'resourceKinds', index], 'unsatisfiable_trigger', message)];
  });

/** A plan that needs the name of a pod, for resources that are none. */
export const kindWithoutName: LintRule = ({ scope, steps }) => {
  if (scope.resourceKinds.length === 0) return [];
  const needed = NAMED_BY_KIND.filter(([kind]) => !scope.resourceKinds.includes(kind));
  return needed.flatMap(([kind, name]) =>
    steps.flatMap((step, index): readonly Finding[] => {
      const texts = Object.values(step.with).flatMap((value) =>
        typeof value === 'object' ? value : [String(value)],
      );
      if (!texts.flatMap(placeholdersIn).includes(name)) return [];
      const message = `\${${name}} is only known of a ${kind}, and scope.resourceKinds has none, add ${kind} or use \${RESOURCE_NAME}`;
      return [warning(['steps', index, 'with'], 'unsatisfiable_trigger', message)];
    }),
  );
};

const NAMED_BY_KIND = [
  ['pod', 'POD_NAME'],
  ['deployment', 'DEPLOYMENT'],
] as const;

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9][-a-z0-9.]{0,251}[a-z0-9]?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Names that no cluster accepts: nothing could ever carry them. */
export const impossibleScope: LintRule = ({ scope }) => {
  const namespaces = scope.allowedNamespaces.flatMap((namespace, index) => {
    if (NAMESPACE.test(namespace)) return [];
    const message = `no namespace can be called ${namespace}, and patterns are not known here, write each name out`;
    return [error(['scope', 'allowedNamespaces', index], 'unsatisfiable_scope', message)];
  });
  const labels = Object.entries(scope.requiredLabels).flatMap(([key, value]) => {
    if (LABEL_KEY.test(key) && LABEL_VALUE.test(value)) return [];
    const message = `nothing can carry the label ${key}=${value}, mend its name or value`;
    return [error(['scope', 'requiredLabels', key], 'unsatisfiable_scope', message)];
  });
  return [...namespaces, ...labels];
};
