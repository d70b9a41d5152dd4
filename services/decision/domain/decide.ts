import { beyondExecutors, plannable } from '#lib/runbook/catalogue/carried-out.ts';
import { type Match, matchRunbook } from '#lib/runbook/match-runbook.ts';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import { notReached, pass, refuse } from './check.ts';
import { checkAll, EXECUTOR, executable, isServed } from './checks.ts';
import type { Asked, Check, Decision, Facts, Mode, Policy } from './decision.ts';
import { asksForOf } from './registry/active-runbook.ts';
import { type MomentaryRisk, momentaryRisk } from './risk.ts';
import { type GuardrailCheck, guardrailNames } from './guardrails/guardrail-check.ts';
import { noRunbook } from './no-runbook.ts';

/**
 * The mode for an incident, with every step that led there. Nothing is asked and nothing is changed here:
 * the same facts give the same decision. `auto_execute` is said as if the guardrails had agreed; they are
 * reserved and not checked, and `block` says what their no makes of it.
 */
export function decide(facts: Facts, policy: Policy, now: Date): Decision {
  const { asked } = facts;
  const match = matchOf(facts);
  const chosen = asked ?? match;
  if (!chosen || (match && isOffer(match))) return noRunbook(facts, chosen?.runbook);
  const { runbook } = chosen;
  const risk = momentaryRisk(runbook, facts, policy, now);
  const allowed = asked?.by === 'person' ? modeByHand(runbook, risk.level) : allowedMode(runbook, risk.level);
  const checks = [...checkAll(chosen, facts, policy, now), executable(runbook, allowed === 'auto_execute')];
  const refused = checks.find((check) => check.result === 'refuse');
  const mode = refused ? refusedMode(refused, runbook) : allowed;
  const guardrails = guardrailNames.map((name) => notReached(name, 'guardrails'));
  const tail = mode === 'auto_execute' ? guardrails : [...guardrails, notReached(LIVE, 'executor')];
  const decision: Decision = {
    mode,
    code: refused?.code ?? MODE_CODES[mode],
    summary: refused ? notRun(runbook.name, refused.reason) : summaryOf(runbook, risk, mode),
    checks: [...checks, riskCheck(runbook, risk), ...tail],
    runbook,
    risk: risk.level,
    wouldHave: undefined,
    orders: isServed(facts) ? ordersOf(mode, runbook) : undefined,
  };
  return asked ? asAsked(decision, asked, facts) : observed(decision, runbook);
}

const matchOf = ({ asked, runbooks, incident }: Facts): Match | undefined =>
  asked ? undefined : matchRunbook(runbooks, incident);

/** Only looked at, where the runbook may do no more. */
function observed(decision: Decision, { decisionMode }: Runbook): Decision {
  if (decisionMode !== 'observe') return decision;
  return { ...decision, mode: 'observe', code: 'observed', wouldHave: decision.mode, orders: undefined };
}

/** A person who runs it has looked: an observed runbook is asked about, as one for people is. */
function asAsked(decision: Decision, { runbook, by, dryRun }: Asked, { incident }: Facts): Decision {
  if (!incident.resource) {
    const left = lacking(decision, runbook, 'no resource', 'nothing says which resource it is to act on');
    return dryRun ? { ...left, summary: dry(left.summary) } : left;
  }
  if (dryRun) return dryRunOf(decision, runbook);
  return by === 'person' ? decision : observed(decision, runbook);
}

/** What is refused is refused; all else is a plan that is shown, and what it would have been. */
function dryRunOf(decision: Decision, runbook: Runbook): Decision {
  const { mode, summary, checks } = decision;
  if (mode === 'blocked') return { ...decision, summary: dry(summary) };
  return {
    ...decision,
    mode: 'suggest',
    code: DRY_RUN,
    summary: dry(mode === 'auto_execute' ? `${summary} Nothing changed.` : summary),
    checks: mode === 'auto_execute' ? [...checks, notReached(LIVE, 'executor')] : checks,
    wouldHave: mode,
    orders: ordersOf('suggest', runbook),
  };
}

export const DRY_RUN = 'dry_run';

const dry = (summary: string): string => `Dry run: ${summary}`;

export type Blocked = Pick<Decision, 'mode' | 'code' | 'summary'>;

/** What the guardrails' answer makes of a decision that was to run, or to be tried out. Undefined: it runs. */
export function block(
  runbookName: string,
  checks: readonly GuardrailCheck[],
  isDryRun = false,
): Blocked | undefined {
  const first = checks.find(({ result }) => result === 'refuse');
  if (!first) return undefined;
  const summary = notRun(runbookName, first.reason);
  return { mode: 'blocked', code: first.code, summary: isDryRun ? dry(summary) : summary };
}

/** A plan that lacks a fact is left to people, and the fact is among the checks. */
export function lacking(decision: Decision, runbook: Runbook, missing: string, why: string): Decision {
  const checks = decision.checks.filter(({ result }) => result !== 'not_reached');
  const behind = decision.checks.filter(({ result }) => result === 'not_reached');
  return {
    ...decision,
    mode: 'manual',
    orders: undefined,
    code: 'missing_fact',
    summary: decision.code === DRY_RUN ? dry(notRun(runbook.name, why)) : notRun(runbook.name, why),
    checks: [...checks, refuse('plan', missing, 'every fact is known', 'missing_fact', why), ...behind],
  };
}

const LIVE = 'live checks';

/** What is for any incident is no known fix: unless it runs by itself, nobody is spared a look. */
function isOffer({ by, runbook }: Match): boolean {
  return by === 'any' && (runbook.decisionMode === 'manual' || beyondExecutors(runbook) !== undefined);
}

/** Missing or high risk is never automatic, whatever the runbook asks for. */
function allowedMode(runbook: Runbook, risk: RiskLevel): Mode {
  // What is only observed is measured by what it would be let do.
  const decisionMode = runbook.decisionMode === 'observe' ? asksForOf(runbook) : runbook.decisionMode;
  if (decisionMode === 'manual' || decisionMode === 'suggest') return decisionMode;
  if (risk !== 'low' || decisionMode === 'approval_required') return 'approval_required';
  return 'auto_execute';
}

/** Whoever runs it has decided that it runs; where it does not act by itself, a second person has to agree. */
const modeByHand = ({ decisionMode }: Runbook, risk: RiskLevel): Mode =>
  decisionMode === 'auto_execute' && risk === 'low' ? 'auto_execute' : 'approval_required';

/**
 * Too little certainty, too old a report, or nobody who carries it out still gives people a plan; a guardrail's no
 * is a block.
 */
function refusedMode({ name, code }: Check, runbook: Runbook): Mode {
  if (code === 'low_confidence' || code === 'stale_incident') return 'suggest';
  return name === EXECUTOR && plannable(runbook) === undefined ? 'suggest' : 'blocked';
}

/** People see a plan before they say yes, and with a suggestion. */
function ordersOf(mode: Mode, runbook: Runbook): Decision['orders'] {
  if (mode === 'auto_execute') return 'execute';
  const forPeople = mode === 'approval_required' || mode === 'suggest';
  return forPeople && plannable(runbook) === undefined ? 'plan' : undefined;
}

const MODE_CODES: Readonly<Record<Mode, string>> = {
  manual: 'manual',
  suggest: 'suggested',
  approval_required: 'approval_required',
  auto_execute: 'executing',
  blocked: 'blocked',
  observe: 'observed',
};

function riskCheck({ risk, decisionMode }: Runbook, { level, raisedBy }: MomentaryRisk): Check {
  const why = raisedBy.length > 0 ? `, raised: ${raisedBy.join(', ')}` : '';
  const limit = `automatic up to low; the runbook allows ${decisionMode}`;
  return pass('risk', `${level}, declared ${risk}${why}`, limit);
}

const notRun = (name: string, reason: string): string => `${name} was not run: ${reason}. Nothing changed.`;

function summaryOf(runbook: Runbook, { level, raisedBy }: MomentaryRisk, mode: Mode): string {
  const { name } = runbook;
  if (mode === 'auto_execute') return `${name} runs: ${level} risk, every check passed.`;
  const beyond = beyondExecutors(runbook);
  const byHand = beyond === undefined ? '' : ` By hand: ${beyond}.`;
  const raised = raisedBy.length > 0 ? ` (${raisedBy.join(', ')})` : '';
  if (mode === 'approval_required')
    return `${name} is ${level} risk${raised} and needs a person. Nothing changed.${byHand}`;
  return `${name} is for people to run. Nothing changed.`;
}
