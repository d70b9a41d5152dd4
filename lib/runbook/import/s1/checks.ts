import { compileCondition } from '../../conditions/compile-condition.ts';
import type { ScopeName } from '../../conditions/fact-catalogue.ts';
import { outcomeCheckNames, preCheckNames } from '../../named-checks.ts';
import type { Draft } from '../draft.ts';
import type { Section } from '../section.ts';

/**
 * A check that nothing answers stays as it was written, and the file does not load before somebody has said what
 * is meant: dropping it would let through what it held back.
 */
export function setPreChecks(draft: Draft, section: Section): void {
  for (const key of ['pre_checks', 'conditions']) {
    for (const [index, text] of section.guards(key).entries())
      draft.add('preChecks', [preCheck(text)], [...section.at(key), index]);
  }
}

export function setOutcomeChecks(draft: Draft, section: Section): void {
  const key = 'post_checks';
  for (const [index, text] of section.guards(key).entries())
    draft.add('verification.checks', [outcomeCheck(text)], [...section.at(key), index]);
  const timeout = 'verification_timeout_seconds';
  draft.set('verification.timeoutSeconds', section.limit(timeout), section.at(timeout));
}

function preCheck(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (Object.hasOwn(preCheckNames, text)) return text;
  const expression = comparison(text, 'live', 'live');
  return expression === undefined ? text : { name: text, expression };
}

function outcomeCheck(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (Object.hasOwn(outcomeCheckNames, text)) return text;
  const expect = comparison(text, 'after', 'outcome');
  return expect === undefined ? text : { name: text, expect };
}

/** `ready_replicas >= 2` as a condition over a fact that executors read, or undefined where there is no such fact. */
function comparison(text: string, subject: string, scope: ScopeName): string | undefined {
  const [, fact, operator, number] =
    /^([a-z][a-z_]{0,40}) *(<=|>=|==|!=|<|>) *(\d{1,9}(?:\.\d{1,6})?) *%?$/.exec(text.trim()) ?? [];
  if (fact === undefined || operator === undefined || number === undefined) return undefined;
  const name = fact.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const condition = `${subject}.${name} ${operator} ${number.includes('.') ? number : `${number}.0`}`;
  return compileCondition(condition, scope).ok ? condition : undefined;
}
