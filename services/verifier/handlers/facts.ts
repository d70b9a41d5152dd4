import { ActionStatus } from '#gen/belay/v1/action.ts';
import { type OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Handlers } from '#lib/bus/pipeline.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { fromValues } from '#lib/plan/values.ts';
import type { Fact } from '../domain/note.ts';
import type { Finished, Issued, WatchIds } from '../domain/watch.ts';
import type { Watches } from '../ports.ts';
import { takeIn } from './step.ts';

type Reader<T extends EventType> = (data: DataOf<T>) => Fact | undefined;
type Told =
  | 'OrderIssued'
  | 'ActionRefused'
  | 'ActionAborted'
  | 'ActionStarted'
  | 'ActionFinished'
  | 'StateSampled';

/** What each event tells about its action. Times are there: the decoder has refused events without them. */
const readers: { readonly [T in Told]: Reader<T> } = {
  OrderIssued: (data) =>
    data.phase === OrderPhase.EXECUTE ? { type: 'issued', issued: issuedOf(data) } : undefined,
  ActionRefused: ({ phase, code, reason, refusedAt }) =>
    isNoAction(phase) ? undefined : declined('refused', code, reason, refusedAt),
  ActionAborted: ({ phase, code, reason, abortedAt }) =>
    isNoAction(phase) ? undefined : declined('aborted', code, reason, abortedAt),
  ActionStarted: ({ startedAt, epoch }) => ({ type: 'started', at: startedAt as Date, epoch }),
  ActionFinished: ({ status, error, finishedAt }) => ({
    type: 'finished',
    finished: { status: STATUSES.get(status) ?? 'unknown', error, at: finishedAt as Date },
  }),
  StateSampled: ({ sequence, facts, error, sampledAt }) => ({
    type: 'sampled',
    sample: { sequence, facts: fromValues(facts), error, at: sampledAt as Date },
  }),
};

export function factHandlers(watches: Watches): Handlers {
  const handler =
    <T extends Told>(type: T) =>
    async ({ data }: { data: DataOf<T> }, { now }: { now: Date }) => {
      const fact = readers[type](data);
      if (fact) await watches.advance(data as WatchIds, (watch) => takeIn(watch, fact, now));
      return [];
    };
  return {
    OrderIssued: handler('OrderIssued'),
    ActionRefused: handler('ActionRefused'),
    ActionAborted: handler('ActionAborted'),
    ActionStarted: handler('ActionStarted'),
    ActionFinished: handler('ActionFinished'),
    StateSampled: handler('StateSampled'),
  };
}

const STATUSES = new Map<number, Finished['status']>([
  [ActionStatus.SUCCESS, 'success'],
  [ActionStatus.FAILED, 'failed'],
  [ActionStatus.UNKNOWN, 'unknown'],
]);

/**
 * A plan has no effect, and decision waits for it; a cancel ends as the action that it stops does. A rollback that is
 * refused leaves an effect behind: it is no action that came to nothing.
 */
const isNoAction = (phase: OrderPhase): boolean => NO_ACTIONS.has(phase);

const NO_ACTIONS: ReadonlySet<OrderPhase> = new Set([
  OrderPhase.PLAN,
  OrderPhase.CANCEL,
  OrderPhase.ROLLBACK,
]);

const declined = (how: 'refused' | 'aborted', code: string, reason: string, at: Date | undefined): Fact => ({
  type: 'declined',
  declined: { how, code, reason, at: at as Date },
});

const nameOf = (runbook: OrderIssued['runbook']): string => runbook?.name ?? '';

function issuedOf({ plan, actBefore, runbook }: OrderIssued): Issued {
  const steps = plan?.steps ?? [];
  return {
    actBefore: actBefore as Date,
    executionMs: steps.reduce((sum, step) => sum + step.timeoutSeconds * (step.retries + 1), 0) * 1_000,
    verificationMs: (plan?.verification?.timeoutSeconds ?? 0) * 1_000,
    checks: plan?.verification?.checks.map((check) => check.name) ?? [],
    owner: plan?.owner ?? '',
    runbook: nameOf(runbook),
    onVerificationFailure: plan?.escalation?.onVerificationFailure ?? '',
  };
}
