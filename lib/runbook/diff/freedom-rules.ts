import type { Leaf } from './flatten-runbook.ts';

type Value = Leaf | undefined;
type Freer = (before: Value, after: Value, field: (name: string) => Value) => boolean;

export interface FreedomRule {
  /** `*` stands for one part of the name. */
  readonly field: string;
  /** Undefined: whatever becomes of it, the runbook does not act more freely. */
  readonly isFreer: Freer | undefined;
  /** What it does more freely then. */
  readonly meaning: string;
}

/** For every field of a runbook, whether a change of it takes a guard away. In doubt it does. */
export function freedomRule(field: string): FreedomRule | undefined {
  return RULES.find((rule) => fits(rule.field.split('.'), field.split('.')));
}

/** The last part takes the rest: what the author named may hold dots. */
function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  const last = pattern.length - 1;
  if (parts.length < pattern.length || (pattern[last] !== '*' && parts.length !== pattern.length)) {
    return false;
  }
  return pattern.every((part, index) => part === '*' || part === parts[index]);
}

const listOf = (value: Value): readonly string[] => (typeof value === 'object' ? value : []);
const numberOf = (value: Value): number => (typeof value === 'number' ? value : 0);

const higher: Freer = (before, after) => before !== undefined && numberOf(after) > numberOf(before);
const lower: Freer = (before, after) => after !== undefined && numberOf(after) < numberOf(before);
const grew: Freer = (before, after) => listOf(after).some((item) => !listOf(before).includes(item));
const shrank: Freer = (before, after) => grew(after, before, () => undefined);
/** An empty list is any. */
const wider: Freer = (before, after, field) =>
  listOf(before).length > 0 && (listOf(after).length === 0 || grew(before, after, field));
const taken: Freer = (before) => before !== undefined;
const given: Freer = (_, after) => after !== undefined;
const turnedOn: Freer = (_, after) => after === true;
const turnedOff: Freer = (_, after) => after === false;
const upIn =
  (order: readonly Value[]): Freer =>
  (before, after) =>
    order.indexOf(after) > order.indexOf(before);
const to =
  (value: Value): Freer =>
  (_, after) =>
    after === value;
const from =
  (value: Value): Freer =>
  (before) =>
    before === value;

const rule = (field: string, isFreer: Freer, meaning: string): FreedomRule => ({ field, isFreer, meaning });
const neutral = (field: string): FreedomRule => ({ field, isFreer: undefined, meaning: '' });

const MODES = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'];

/** Something of it is new, or stands elsewhere. */
const reordered: Freer = (before, after) => {
  const kept = listOf(before).filter((item) => listOf(after).includes(item));
  return kept.join() !== listOf(after).join();
};

const RULES: readonly FreedomRule[] = [
  rule('risk', upIn(['high', 'medium', 'low']), 'counts as less risky'),
  rule('decisionMode', upIn(MODES), 'decides more by itself'),
  rule('triggers.symptoms', grew, 'starts on more'),
  rule('triggers.probableCauses', grew, 'starts on more'),
  rule('triggers.any', turnedOn, 'starts on any incident'),
  rule('triggers.minimumConfidence', lower, 'starts on less certainty'),
  rule('scope.allowedNamespaces', wider, 'reaches more namespaces'),
  rule('scope.resourceKinds', wider, 'reaches more kinds of resource'),
  rule('scope.requiredLabels', shrank, 'reaches what has not opted in'),
  rule('guardrails.cooldownMinutes', lower, 'acts again sooner'),
  rule('guardrails.minimumReadyReplicasWithSameApp', lower, 'acts with fewer Ready peers'),
  rule('guardrails.circuitBreaker.failures', higher, 'goes on after more failures'),
  rule('guardrails.circuitBreaker.recoverySeconds', lower, 'tries again sooner after failures'),
  rule('guardrails.allowedWindows', wider, 'acts at more hours'),
  rule('guardrails.blackoutWindows', shrank, 'acts at more hours'),
  rule('guardrails.*', higher, 'acts more, or on more'),
  rule('preChecks.*', taken, 'acts where this check would have said no'),
  rule('parameters.*.required', turnedOff, 'acts without being given it'),
  rule('parameters.*.default', given, 'acts without being given it'),
  rule(
    'parameters.*.allowedValues',
    (before, after, field) =>
      taken(before, after, field) && (after === undefined || grew(before, after, field)),
    'takes more values',
  ),
  rule('parameters.*.pattern', taken, 'takes other values'),
  rule('parameters.*.type', taken, 'takes other values'),
  neutral('parameters.*.description'),
  rule('prerequisites', shrank, 'asks people for less beforehand'),
  rule('steps', reordered, 'does more, or in another order'),
  rule('steps.*.action', given, 'does something else'),
  rule('steps.*.with.*', () => true, 'does it with something else'),
  rule('steps.*.when', taken, 'acts where the condition would have said no'),
  rule('steps.*.validation.*', taken, 'counts a step as done where it would not have'),
  rule('steps.*.timeoutSeconds', higher, 'takes longer'),
  rule('steps.*.retries', higher, 'tries more often'),
  rule('steps.*.required', turnedOff, 'goes on when the step fails'),
  rule('steps.*.rollback.*', taken, 'undoes it otherwise, or not'),
  neutral('steps.*.name'),
  neutral('steps.*.description'),
  rule(
    'approval.approvers',
    (before, after, field) =>
      taken(before, after, field) && (after === undefined || grew(before, after, field)),
    'lets others approve, or asks nobody',
  ),
  rule('approval.quorum', lower, 'needs fewer people'),
  rule('approval.onLapse', to('approve'), 'takes silence for a yes'),
  rule(
    'approval.timer',
    (_, after, field) => after !== undefined && field('approval.onLapse') === 'approve',
    'takes silence for a yes at another time',
  ),
  rule('verification.timeoutSeconds', higher, 'counts as fixed later'),
  rule('verification.stableForSeconds', lower, 'counts as fixed sooner'),
  rule('verification.checks.*', taken, 'counts as fixed where this check would have said no'),
  rule('rollback.type', to('none'), 'is no longer undone'),
  neutral('rollback.notes'),
  rule(
    'escalation.onVerificationFailure',
    from('open_incident_and_disable_runbook'),
    'goes on after it did not help',
  ),
  neutral('escalation.onGuardrailFailure'),
  rule('schedule.resource.*', given, 'acts on something else'),
  rule('schedule.*', given, 'starts at other times'),
  rule('dependencies', shrank, 'acts while these are down'),
  ...['name', 'type', 'intent', 'owner', 'tags', 'reviewBy'].map(neutral),
];
