import { type Judgement, judgeCheck } from './resource-checks.ts';
import type { Issued, Outcome, Settled, Watch } from './watch.ts';

export interface Ruling {
  readonly settled: Settled;
  readonly judgements: readonly Judgement[];
  /** People are needed. */
  readonly escalate: boolean;
}

export type Next =
  | { readonly type: 'settle'; readonly ruling: Ruling }
  /** Nothing to do before this time, or before the next event where there is none. */
  | { readonly type: 'wait'; readonly until: Date | undefined };

export interface Moment {
  readonly now: Date;
  /** Everything that the executor wrote before now has been read. */
  readonly readToEnd: boolean;
}

/** For clocks that differ, and for what is on its way. */
const SKEW_MS = 15_000;

/** What follows from what is known. An action is settled once; afterwards there is nothing to do. */
export function judge(watch: Watch, moment: Moment): Next {
  if (watch.settled) return { type: 'wait', until: undefined };
  if (watch.finished) return judgeFinished(watch, moment);
  // Also after a start: the executor looks once more behind its intent, and nothing has happened then.
  if (watch.declined) {
    const { how, code, reason, at } = watch.declined;
    return settle({ outcome: how, effect: 'none', code, reason, at });
  }
  if (watch.started) return judgeStarted(watch, watch.started.at, moment);
  return judgeSilent(watch, moment);
}

/** No word from the executor. It may not begin after `actBefore`; whether it did is in the log. */
function judgeSilent({ issued }: Watch, { now, readToEnd }: Moment): Next {
  if (!issued) return { type: 'wait', until: undefined };
  const until = later(issued.actBefore, SKEW_MS);
  if (now < until || !readToEnd) return { type: 'wait', until };
  const reason = 'no executor began in time. Nothing changed';
  return settle({ outcome: 'never_started', effect: 'none', code: 'never_started', reason, at: now });
}

/**
 * Begun and not finished. An executor that comes back may begin again until `actBefore`, where the target proves
 * that nothing has happened: before that, and within the timeouts of the plan, nothing is settled.
 */
function judgeStarted({ issued }: Watch, startedAt: Date, { now, readToEnd }: Moment): Next {
  const ended = later(startedAt, issued?.executionMs ?? LONGEST_EXECUTION_MS);
  const until = later(issued && issued.actBefore > ended ? issued.actBefore : ended, SKEW_MS);
  if (now < until || !readToEnd) return { type: 'wait', until };
  return unknown('the executor began and never said how it ended', now);
}

function judgeFinished(watch: Watch, moment: Moment): Next {
  const { finished, issued } = watch;
  if (finished?.status === 'unknown')
    return unknown(finished.error || 'nothing about the effect can be proved', finished.at);
  if (finished?.status === 'failed') {
    const reason = finished.error || 'a step failed';
    return settle(
      { outcome: 'failed', effect: 'done', code: 'step_failed', reason, at: finished.at },
      [],
      true,
    );
  }
  // The plan comes with OrderIssued, on another topic: it is on its way.
  if (!issued || !finished) return { type: 'wait', until: undefined };
  return judgeChecks(watch, issued, finished.at, moment);
}

function judgeChecks({ sample }: Watch, issued: Issued, finishedAt: Date, { now, readToEnd }: Moment): Next {
  const judgements =
    sample && sample.error === '' ? issued.checks.map((check) => judgeCheck(check, sample.facts)) : [];
  const inTime = sample !== undefined && sample.at <= later(finishedAt, issued.verificationMs);
  if (inTime && judgements.length > 0 && judgements.every((j) => j.verdict === 'verified')) {
    const reason = judgements.map((j) => j.observed).join(', ');
    return settle({ outcome: 'verified', effect: 'done', code: '', reason, at: sample.at }, judgements);
  }
  const until = later(finishedAt, issued.verificationMs + SKEW_MS);
  if (now < until || !readToEnd) return { type: 'wait', until };
  return settle({ effect: 'done', at: now, ...missed(sample?.error, judgements, issued) }, judgements, true);
}

/** Time is up. Only a check that was answered with no has failed. */
function missed(
  error: string | undefined,
  judgements: readonly Judgement[],
  { verificationMs }: Issued,
): { outcome: Outcome; code: string; reason: string } {
  if (error)
    return {
      outcome: 'error',
      code: 'target_not_readable',
      reason: `the target could not be asked: ${error}`,
    };
  const failed = judgements.find((j) => j.verdict === 'failed');
  if (failed) {
    const reason = `${failed.check}: ${failed.observed} after ${verificationMs / 1_000} s, expected ${failed.expected}`;
    return { outcome: 'failed', code: 'verification_failed', reason };
  }
  const open = judgements.find((j) => j.verdict === 'inconclusive');
  const reason = open
    ? `${open.check} could not be judged: ${open.observed}`
    : 'no sample of the target arrived';
  return { outcome: 'inconclusive', code: 'inconclusive', reason };
}

const LONGEST_EXECUTION_MS = 3_600_000;

const later = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

const unknown = (reason: string, at: Date): Next =>
  settle({ outcome: 'unknown', effect: 'unknown', code: 'unknown', reason, at }, [], true);

function settle(settled: Settled, judgements: readonly Judgement[] = [], escalate = false): Next {
  return { type: 'settle', ruling: { settled, judgements, escalate } };
}
