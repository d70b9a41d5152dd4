import { type Check, CheckResult, Verdict } from '#gen/belay/v1/common.ts';
import { type ActionSettled, ResolvedAs, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { enumWord, notDone, spoken, withDetail } from '../../domain/wording.ts';
import type { DescribersOf } from './description.ts';
import { nameOf } from './pieces.ts';

export const describeVerification: DescribersOf<
  'CheckSampled' | 'ActionVerified' | 'RollbackRequested' | 'Escalated' | 'ActionSettled' | 'ActionResolved'
> = {
  CheckSampled: ({ check, verdict, observed, expected }) => {
    const wanted = verdict === Verdict.VERIFIED || expected === '' ? '' : `, expected ${expected}`;
    return {
      outcome: `check_${enumWord(Verdict, verdict)}`,
      text: `${spoken(check)}: ${observed || 'nothing observed'}${wanted} (${enumWord(Verdict, verdict)})`,
    };
  },
  ActionVerified: ({ verdict, checks }) => ({
    outcome: verdict === Verdict.VERIFIED ? 'verified' : `verification_${enumWord(Verdict, verdict)}`,
    text: withDetail(verdictText(verdict), checks.map(checkText).join('; ')),
  }),
  RollbackRequested: ({ reason }) => ({
    outcome: 'rollback_requested',
    text: withDetail('to be undone', reason),
  }),
  Escalated: ({ policy, owner, reason }) => ({
    outcome: 'escalated',
    text: withDetail(`escalated${owner === '' ? '' : ` to ${owner}`} (${policy})`, reason),
  }),
  ActionSettled: (data) => ({ outcome: settledAs(data.outcome), text: settledText(data) }),
  ActionResolved: ({ resolvedAs, actor, reason }) => ({
    outcome: `resolved_${enumWord(ResolvedAs, resolvedAs)}`,
    text: withDetail(`${nameOf(actor)} settled it as ${spoken(enumWord(ResolvedAs, resolvedAs))}`, reason),
    actor: nameOf(actor),
  }),
};

function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case Verdict.VERIFIED:
      return 'verified';
    case Verdict.FAILED:
      return 'not verified';
    default:
      return `not verified, ${enumWord(Verdict, verdict)}`;
  }
}

/** "replacement Ready" says it all; a bare number needs its name. */
function checkText({ name, result, observed, limit }: Check): string {
  const seen = /\p{L}/u.test(observed) ? observed : `${spoken(name)} ${observed || 'not observed'}`;
  return result === CheckResult.PASS || limit === '' ? seen : `${seen}, expected ${limit}`;
}

/** A fix is a success once it is verified, and never before. */
function settledAs(outcome: SettledOutcome): string {
  return outcome === SettledOutcome.VERIFIED ? 'success' : enumWord(SettledOutcome, outcome);
}

function settledText({ outcome, reason, code }: ActionSettled): string {
  switch (outcome) {
    case SettledOutcome.VERIFIED:
      return withDetail('Fixed', reason);
    case SettledOutcome.ROLLED_BACK:
      return withDetail('Rolled back', reason);
    case SettledOutcome.REFUSED:
    case SettledOutcome.ABORTED:
    case SettledOutcome.NEVER_STARTED:
      return notDone(reason || code);
    case SettledOutcome.UNKNOWN:
      return withDetail('Needs you, nobody can tell whether it was done', reason);
    case SettledOutcome.FAILED:
      return withDetail('Needs you, the fix did not work', reason);
    default:
      return withDetail('Needs you, nobody can tell whether the fix worked', reason);
  }
}
