import { CheckResult, Mode, modeToJSON } from '#gen/belay/v1/common.ts';
import { ApprovalAnswer, type DecisionMade } from '#gen/belay/v1/decision.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { guardrailNames } from '../domain/guardrails/guardrail-check.ts';
import type { DecisionMetrics } from '../metrics.ts';
import type { Cases, CaseStep } from '../ports.ts';
import type { Case } from '../domain/cases/case.ts';
import { readDraft } from './draft.ts';

type Counters = Pick<DecisionMetrics, 'decisions' | 'guardrailChecks' | 'approvals'>;

/** Counts what is said. `runbook` is of the case, where events do not name it. */
export type CountEvents = (events: readonly OutgoingEvent[], runbook?: string) => void;

export const countEvents =
  (counters: Counters): CountEvents =>
  (events, runbook = '') => {
    for (const event of events) countOne(event, runbook, counters);
  };

function countOne({ type, data }: OutgoingEvent, runbook: string, counters: Counters): void {
  if (type === 'DecisionMade') countDecision(data, counters);
  // Only those of a grant: what the decision was told is in the decision.
  if (type === 'OrderIssued') countChecks(data.checks, counters);
  if (type === 'ApprovalLapsed') counters.approvals.add(1, { runbook, answer: 'lapsed' });
  if (type !== 'ApprovalAnswered') return;
  counters.approvals.add(1, {
    runbook,
    answer: data.answer === ApprovalAnswer.APPROVE ? 'approved' : 'denied',
  });
}

function countDecision({ runbook, mode, checks }: DecisionMade, counters: Counters): void {
  counters.decisions.add(1, { runbook: runbook?.name ?? 'none', mode: modeWord(mode) });
  countChecks(checks, counters);
}

const GUARDRAILS: ReadonlySet<string> = new Set(guardrailNames);

function countChecks(checks: DecisionMade['checks'], { guardrailChecks }: Counters): void {
  for (const { name, result } of checks) {
    if (!GUARDRAILS.has(name) || result === CheckResult.NOT_REACHED) continue;
    guardrailChecks.add(1, { guardrail: name, result: result === CheckResult.PASS ? 'pass' : 'refuse' });
  }
}

const modeWord = (mode: Mode): string =>
  modeToJSON(mode)
    .replace(/^MODE_/, '')
    .toLowerCase();

/** What handlers answer events with. */
export function countedHandlers(handlers: Handlers, count: CountEvents): Handlers {
  const counted = Object.entries(handlers).map(([type, handle]) => [
    type,
    async (event: never, context: never) => {
      const events = await (handle as (...args: never[]) => Promise<readonly OutgoingEvent[]>)(
        event,
        context,
      );
      count(events);
      return events;
    },
  ]);
  return Object.fromEntries(counted) as Handlers;
}

/** What workers say. */
export const countedPublish =
  (publish: Publish, count: CountEvents): Publish =>
  async (events) => {
    await publish(events);
    count(events);
  };

/** What is said about cases, once it is stored. */
export function countedCases(cases: Cases, count: CountEvents): Cases {
  return {
    ...cases,
    advance: async (decisionId, step) => {
      let events: readonly OutgoingEvent[] = [];
      const counted = (current: Case): CaseStep => {
        const after = step(current);
        events = after.events;
        return after;
      };
      const after = await cases.advance(decisionId, counted);
      if (after && events.length > 0) count(events, readDraft(after.record).made.runbook?.name);
      return after;
    },
  };
}
