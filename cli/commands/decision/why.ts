import type { Command } from 'commander';
import { type Check, CheckResult, Mode, type Resource } from '#gen/belay/v1/common.ts';
import type { ExplainDecisionResponse } from '#gen/belay/v1/audit_service.ts';
import { DecisionMade } from '#gen/belay/v1/decision.ts';
import { toSeconds } from '#lib/seconds.ts';
import { readEvents } from '../../audit/read-events.ts';
import { sayUnknownOutcomes } from '../../audit/unknown-outcomes.ts';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Result } from '../../frame/output.ts';
import { printable } from '../../frame/printable.ts';
import type { Session } from '../../frame/session.ts';
import type { Cell } from '../../frame/table.ts';
import { defineVerb } from '../../frame/verb.ts';
import { executorAnswer, type Refusal } from '../../decision/executor-answer.ts';
import { retryWords } from '../../decision/retry-words.ts';
import { entryBody } from '../audit/entry.ts';

export const decisionWhy = defineVerb<{ readonly id: string; readonly all: boolean }>({
  path: 'decision why',
  summary: 'Why automation acted, or did not',
  group: 'Decisions',
  example: 'decision why INC001',
  configure: (command: Command) => {
    command
      .argument('<id>', 'a decision or an incident, a unique beginning of its id, or INC001')
      .option('--all', 'every decision on the same incident, the first one first');
  },
  parse: ({ args, options }) => ({ id: args[0] ?? '', all: options['all'] === true }),
  run: async ({ id, all }, session) => {
    const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
    await call(session, AuditServiceClient, async (client) => {
      const newest = await client.explainDecision({ id });
      if (!all) return printWhole(newest, session);
      const incident = newest.decision?.incidentId ?? '';
      const made = await readEvents(client.queryEvents, { incident, types: ['DecisionMade'] });
      for (const { decisionId } of made.entries.toReversed())
        await printWhole(await client.explainDecision({ id: decisionId }), session, 'printNext');
    });
    return exitCodes.done;
  },
});

async function printWhole(
  found: ExplainDecisionResponse,
  session: Session,
  how: 'print' | 'printNext' = 'print',
): Promise<void> {
  await printWhy(found, session, how);
  if (!isForPeople(session)) return;
  session.write('\n');
  await session.out.print(timelineResult(found));
  sayUnknownOutcomes(found.timeline, session);
  if (how === 'printNext') session.write('\n');
}

/** The decision in a sentence, and every check behind it. */
export async function printWhy(
  found: ExplainDecisionResponse,
  session: Session,
  how: 'print' | 'printNext' = 'print',
): Promise<void> {
  const refusal = executorAnswer(found.timeline)?.refusal;
  if (isForPeople(session) && found.decision) session.write(`${heading(found.decision, refusal)}\n\n`);
  await session.out[how](whyResult(found));
}

const isForPeople = ({ globals }: Session): boolean =>
  globals.output === 'table' || globals.output === 'wide';

export function whyResult({ decision, timeline }: ExplainDecisionResponse): Result {
  return {
    kind: 'DecisionExplanation',
    body: {
      decision: decision && DecisionMade.toJSON(decision),
      timeline: timeline.map(entryBody),
    },
    names: [decision?.decisionId ?? ''],
    table: () => ({
      header: ['CHECK', 'RESULT', 'OBSERVED', 'LIMIT'],
      rows: checkRows(decision?.checks ?? [], timeline),
    }),
  };
}

/** The executor's answer stands where the decision could only say that it would be asked. */
function checkRows(checks: readonly Check[], timeline: ExplainDecisionResponse['timeline']): Cell[][] {
  const answer = executorAnswer(timeline);
  if (!answer) return checks.map(checkRow);
  const { refusal, checks: live } = answer;
  const verdict: Cell[] = refusal
    ? [LIVE, REFUSE, refusal.code, 'executor']
    : [LIVE, PASS, `all ${live.length}`, 'executor'];
  const own = checks.filter(({ name }) => name !== LIVE);
  // Some have the name of one that went by the report alone: those at the target stand under their verdict.
  return [...own.map(checkRow), verdict, ...live.map(checkRow)];
}

/** As decisions name it. */
const LIVE = 'live checks';

/** A table of its own: long sentences must not widen the columns of the checks. */
function timelineResult({ timeline }: ExplainDecisionResponse): Result {
  return {
    kind: 'Timeline',
    body: {},
    names: [],
    table: ({ time }) => ({
      header: ['TIME', 'EVENT', 'WHAT'],
      rows: timeline.map((entry) => [entry.time ? time(entry.time) : '', entry.type, entry.text]),
    }),
  };
}

const MODE_WORDS: Readonly<Record<number, string>> = {
  [Mode.MANUAL]: 'LEFT TO PEOPLE (manual)',
  [Mode.SUGGEST]: 'NOT DONE (suggested)',
  [Mode.APPROVAL_REQUIRED]: 'NOT DONE (approval_required)',
  [Mode.AUTO_EXECUTE]: 'ORDERED (auto_execute)',
  [Mode.BLOCKED]: 'NOT DONE (blocked)',
  [Mode.OBSERVE]: 'NOT DONE (observe)',
};

function heading(decision: DecisionMade, refusal: Refusal | undefined): string {
  const { mode, runbook, resource, externalId, incidentId, decidedAt, summary } = decision;
  const what = runbook ? `${runbook.name}@${runbook.version}` : 'no runbook';
  const where = resource ? ` on ${placeOf(resource)}` : '';
  const when = decidedAt ? toSeconds(decidedAt) : '';
  const word = refusal ? `NOT DONE (${refusal.code})` : (MODE_WORDS[mode] ?? 'UNKNOWN');
  const first = `${word}  ${what}${where}  ${externalId || incidentId}  ${when}`;
  if (refusal) return [first, refusalText(refusal)].map(printable).join('\n');
  const retry = retryWords(decision, toSeconds);
  return [first, `${summary}${retry && ` To be ${retry}, because that passes.`}`].map(printable).join('\n');
}

/** Some reasons say already that nothing changed. */
const refusalText = ({ reason }: Refusal): string =>
  `The executor did not do it: ${reason.replace(/[.\s]*(nothing changed)?[.\s]*$/i, '')}. Nothing changed.`;

const placeOf = ({ kind, namespace, name }: Resource): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

const PASS = { text: 'pass', tone: 'good' } as const;
const REFUSE = { text: 'REFUSE', tone: 'bad' } as const;

export function checkRow({ name, result, observed, limit }: Check): Cell[] {
  if (result === CheckResult.PASS) return [name, PASS, observed, limit];
  if (result === CheckResult.REFUSE) return [name, REFUSE, observed, limit];
  return [name, { text: '-', tone: 'dim' }, `not reached (${limit})`, ''];
}
