import { msToDuration } from '../../schema/duration.ts';
import type { Draft } from '../draft.ts';
import type { Section } from '../section.ts';
import type { AutomationStep } from './automation-step.ts';
import { wholePlaceholder } from './placeholder-names.ts';

const DAY_SECONDS = 86_400;
/** How long Systems Manager waits where the step does not say. */
const DEFAULT_SECONDS = 604_800;

/** The gate of the document as the approval of the runbook: the runbook is asked for as a whole, before anything runs. */
export function setApproval(draft: Draft, step: AutomationStep, root: Section): void {
  const { source, inputs } = step;
  setApprovers(draft, step, root);
  const quorum = inputs?.limit('MinRequiredApprovals');
  draft.set('approval.quorum', quorum, inputs?.at('MinRequiredApprovals') ?? source.path);
  setTimer(draft, source);
  // An approval that nobody gives fails the step.
  draft.set('approval.onLapse', 'deny', source.path);
  inputs?.keep(
    'NotificationArn',
    'whom to notify is said in the configuration of the notifier, add the topic there',
  );
  inputs?.keep(
    'Message',
    'requests are written from the plan, it is kept in x-imported, move what matters to intent',
  );
  inputs?.finish();
  const failure = source.text('onFailure');
  if (failure !== undefined && failure !== 'Abort')
    source.keep(
      'onFailure',
      'here nothing runs after a no, and silence is a no, write approval.onLapse if it is not',
    );
}

function setTimer(draft: Draft, source: Section): void {
  const key = 'timeoutSeconds';
  const seconds = source.number(key) ?? DEFAULT_SECONDS;
  if (seconds > DAY_SECONDS) {
    const what = source.has(key) ? 'it waits' : 'without a timeout it waits';
    source.notes.warn(
      source.at(key),
      'rounded',
      `${what} ${seconds} s, and an approval waits at most a day, so it lapses after PT24H`,
    );
  }
  const timer = msToDuration(Math.min(Math.max(0, Math.floor(seconds)), DAY_SECONDS) * 1_000);
  draft.set('approval.timer', timer, source.at(key));
}

function setApprovers(draft: Draft, { source, inputs }: AutomationStep, root: Section): void {
  const key = 'Approvers';
  const path = inputs?.at(key) ?? source.path;
  for (const [index, given] of (inputs?.texts(key) ?? []).entries()) {
    const found = approversOf(given, root);
    draft.add('approval.approvers', found, [...path, index]);
    const message =
      found.length > 0
        ? `${given} is taken for ${found.join(', ')}, check that your directory calls them so`
        : `nobody can be named from ${given}, write group:<name> or user:<name> into approval.approvers`;
    source.notes.warn([...path, index], found.length > 0 ? 'assumed' : 'not_carried', message);
  }
  if (!inputs?.has(key))
    source.notes.warn(
      path,
      'assumed',
      'names no approvers, so nobody could approve, write approval.approvers',
    );
}

/** Names of people by their ARN or alone; what is filled in by a parameter is its default. */
function approversOf(given: string, root: Section): readonly string[] {
  const parameter = wholePlaceholder(given);
  if (parameter === undefined) return approver(given);
  const declared =
    (root.value['parameters'] as Record<string, { default?: unknown } | undefined> | undefined) ?? {};
  const fallback = Object.hasOwn(declared, parameter) ? declared[parameter]?.default : undefined;
  const texts: readonly unknown[] = Array.isArray(fallback) ? fallback : [fallback];
  return texts.flatMap((text) => (typeof text === 'string' ? approver(text) : []));
}

const NAME = /^[\w.@+-]{1,128}$/;

function approver(text: string): readonly string[] {
  const [, kind, path = ''] = /^arn:[\w-]+:(?:iam|sts)::\d*:(user|role|assumed-role)\/(.+)$/.exec(text) ?? [];
  const parts = path.split('/');
  const name = kind === undefined ? text : ((kind === 'assumed-role' ? parts[0] : parts.at(-1)) ?? '');
  if (!NAME.test(name)) return [];
  // Whoever may take a role is one of a group.
  return [`${kind === 'role' || kind === 'assumed-role' ? 'group' : 'user'}:${name}`];
}
