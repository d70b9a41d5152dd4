import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { fromValues } from '#lib/plan/values.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { compileCondition } from '#lib/runbook/conditions/compile-condition.ts';
import type { VerificationCheck } from '#lib/runbook/runbook.ts';
import { type Told, told, untold } from '#lib/runbook/tests/compare.ts';
import type { RunbookTest } from '#lib/runbook/tests/test-file.ts';
import { judgeMetric } from '#lib/runbook/verification/judge-metric.ts';
import type { Facts } from '../../services/executor/domain/observation.ts';
import { judgedOutcomes } from '../../services/verifier/domain/resource-checks.ts';
import { dataOf } from '../play/deliver.ts';
import { settle, type Settlement } from './settle.ts';

export interface Story {
  /** Of the action, in their order. */
  readonly events: readonly OutgoingEvent[];
  readonly issued: OrderIssued;
  readonly checks: readonly VerificationCheck[];
  readonly before: Facts;
  readonly metrics: RunbookTest['metrics'];
  readonly known: ConditionFacts;
}

/** The verifier's own judgement of the named checks, with that of metrics and expressions beside it. */
export async function judgeOutcome(story: Story): Promise<Told<Settlement>> {
  const { checks, issued, events } = story;
  const named = checks.filter(({ expect }) => expect === undefined).map(({ name }) => name);
  const unknown = named.filter((name) => !judgedOutcomes.includes(name));
  if (unknown.length > 0) return untold(`no verifier can judge ${unknown.join(', ')} yet`);
  const settled = await settle(withChecks(issued, named), events);
  if (!JUDGED.has(settled.outcome) || dataOf(events, 'ActionFinished')?.error) return told(settled);
  const others: Settlement[] = [];
  for (const check of checks) {
    if (check.expect === undefined) continue;
    const judged = check.metric ? judgeSamples(check, story) : judgeExpression(check, story);
    if (!judged.known) return judged;
    others.push(judged.value);
  }
  // Without named checks the verifier's own answer is only that it had nothing to judge.
  return told(worstOf(named.length === 0 && others.length > 0 ? others : [settled, ...others]));
}

/** From bad to good. */
const JUDGEMENTS = ['error', 'failed', 'inconclusive', 'verified'];
const JUDGED: ReadonlySet<string> = new Set(JUDGEMENTS);

function worstOf(settlements: readonly Settlement[]): Settlement {
  const rank = ({ outcome }: Settlement) => JUDGEMENTS.indexOf(outcome);
  const worst = settlements.toSorted((a, b) => rank(a) - rank(b))[0] as Settlement;
  if (worst.outcome !== 'verified') return worst;
  return { outcome: 'verified', reason: settlements.map(({ reason }) => reason).join(', ') };
}

/** Those that the verifier judges itself so far. */
function withChecks(issued: OrderIssued, names: readonly string[]): OrderIssued {
  const { plan } = issued;
  if (!plan?.verification) return issued;
  const checks = plan.verification.checks.filter(({ name, expect }) => expect === '' && names.includes(name));
  return { ...issued, plan: { ...plan, verification: { ...plan.verification, checks } } };
}

function judgeSamples(check: VerificationCheck, { metrics, known }: Story): Told<Settlement> {
  const { name, samples, expect = '' } = check;
  const given = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  const { before = [], after = [] } = given ?? {};
  if (after.length > samples)
    return untold(`${after.length} samples after are given for ${name}, and the runbook takes ${samples}`);
  const number = (sample: number | null) => sample ?? undefined;
  const series = { before: before.map(number), after: after.map(number) };
  const { verdict, observed } = judgeMetric({ expect, samples }, series, known);
  return told({ outcome: verdict, reason: `${name}: ${observed}` });
}

/** An expectation of the resource itself: what it was, and what the last sample showed. */
function judgeExpression({ name, expect = '' }: VerificationCheck, story: Story): Told<Settlement> {
  const compiled = compileCondition(expect, 'outcome');
  if (!compiled.ok) return untold(`${name}: ${compiled.message}`);
  const sampled = dataOf(story.events, 'StateSampled');
  if (!sampled) return told({ outcome: 'inconclusive', reason: `${name}: no sample of the target arrived` });
  if (sampled.error !== '') return told({ outcome: 'error', reason: `${name}: ${sampled.error}` });
  const facts = { ...story.known, before: story.before, after: fromValues(sampled.facts) };
  const judgement = compiled.condition.judge(facts);
  if (judgement.holds === 'unknown')
    return told({ outcome: 'inconclusive', reason: `${name}: ${judgement.why}` });
  const outcome = judgement.holds ? 'verified' : 'failed';
  return told({ outcome, reason: `${name}: ${expect} is ${judgement.holds}` });
}
