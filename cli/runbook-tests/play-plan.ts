import { ActionFinished, ActionStarted, ActionStatus, StateSampled } from '#gen/belay/v1/action.ts';
import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import { outgoing } from '#lib/events/event.ts';
import { toValues } from '#lib/plan/values.ts';
import type { ConditionFacts } from '#lib/runbook/conditions/bind-facts.ts';
import { judgeLive } from '#lib/runbook/conditions/judge-live.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { afterFactsOf, conditionFactsOf } from '#lib/runbook/tests/live-facts.ts';
import { type PlayedOrder, plainFacts } from './play-order.ts';
import type { Scene } from './scene.ts';

export interface PlayedPlan extends PlayedOrder {
  /** Names of the pre-checks that said no. */
  readonly refused: readonly string[];
  readonly why: string;
}

/**
 * What an executor would tell of actions that none carries out yet: expressions are judged on what the test says
 * is live, and afterwards the target shows what it says of after.
 */
export function playPlan(
  scene: Scene,
  issued: OrderIssued,
  runbook: Runbook,
  known: ConditionFacts,
): PlayedPlan {
  const live = conditionFactsOf(scene.test.live ?? {});
  const answers = runbook.preChecks.flatMap(({ name, expression }) =>
    expression === undefined ? [] : [{ name, ...judgeLive(expression, { ...known, live, before: live }) }],
  );
  const no = answers.filter(({ holds }) => !holds);
  const refused = no.map(({ name }) => name);
  const why = no.map(({ name, why }) => `${name}: ${why}`).join('; ');
  const before = plainFacts(live);
  return { refused, why, before, events: no.length > 0 ? [] : eventsOf(scene, issued, before) };
}

function eventsOf({ test, now }: Scene, issued: OrderIssued, before: PlayedOrder['before']) {
  const { actionId, decisionId, incidentId, target, plan } = issued;
  const ids = { actionId, decisionId, incidentId, target };
  const { facts, seconds, unreadable } = afterFactsOf(test.live);
  const told = [
    outgoing(
      'ActionStarted',
      ActionStarted.fromPartial({ ...ids, before: toValues(before), startedAt: now, epoch: 1 }),
    ),
    outgoing(
      'ActionFinished',
      ActionFinished.fromPartial({ ...ids, status: ActionStatus.SUCCESS, finishedAt: now }),
    ),
  ];
  const plain = plainFacts(facts);
  const isSilent = Object.keys(plain).length === 0 && unreadable === '';
  if (isSilent || seconds > (plan?.verification?.timeoutSeconds ?? 0)) return told;
  const sampledAt = new Date(now.getTime() + seconds * 1_000);
  const shown = unreadable === '' ? toValues(plain) : {};
  const sampled = StateSampled.fromPartial({
    ...ids,
    sequence: 0,
    facts: shown,
    error: unreadable,
    sampledAt,
  });
  return [...told, outgoing('StateSampled', sampled)];
}
