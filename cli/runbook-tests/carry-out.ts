import type { ActionAborted } from '#gen/belay/v1/action.ts';
import { CheckResult } from '#gen/belay/v1/common.ts';
import { resolvePlan } from '#lib/runbook/resolve-plan.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { type Told, told, untold } from '#lib/runbook/tests/compare.ts';
import { conditionFactsOf } from '#lib/runbook/tests/live-facts.ts';
import { actionNamed } from '../../services/executor/actions/catalogue.ts';
import { incidentFacts } from '../../services/decision/handlers/incident-facts.ts';
import type { Decided } from '../play/decide-report.ts';
import { dataOf } from '../play/deliver.ts';
import { judgeOutcome } from './judge-outcome.ts';
import { knownFacts, recentActionsOf } from './known-facts.ts';
import { playOrder } from './play-order.ts';
import { type PlayedPlan, playPlan } from './play-plan.ts';
import type { Scene } from './scene.ts';

export interface CarriedOut {
  readonly outcome: Told<string>;
  /** Names of the checks that said no. */
  readonly refused: readonly string[];
  /** Guardrails that said no after people had said yes, as coverage counts them. */
  readonly guardrails?: readonly string[];
  /** For a service owner. */
  readonly why: string;
}

/** What comes of an order: live checks, the effect, what shows afterwards, and the verdict on it. */
export async function carryOut(scene: Scene, decided: Decided, runbook: Runbook): Promise<CarriedOut> {
  const { issued } = decided;
  const resolved = resolvePlan(runbook, { ...incidentFacts(scene.incident), parameters: {} });
  if (!issued || !resolved.ok) return nothing('there is no order');
  const known = knownFacts(scene, runbook);
  const played = hasExecutor(runbook)
    ? await playWithExecutor(scene, decided, runbook)
    : told(playPlan(scene, issued, runbook, known));
  if (!played.known) return nothing(played.why);
  const { refused, why } = played.value;
  if (refused.length > 0) return { outcome: told('aborted'), refused, why };
  const settled = await judgeOutcome({
    ...played.value,
    issued,
    checks: resolved.checks,
    metrics: scene.test.metrics,
    known,
  });
  if (!settled.known) return nothing(settled.why);
  const { outcome, reason } = settled.value;
  return { outcome: told(outcome), refused: [], why: reason };
}

const nothing = (why: string): CarriedOut => ({ outcome: untold(why), refused: [], why: '' });

/** Executors carry out plans of one step so far. */
export function hasExecutor({ steps }: Runbook): boolean {
  const [step, ...more] = steps;
  return step !== undefined && more.length === 0 && actionNamed(step.action) !== undefined;
}

async function playWithExecutor(
  scene: Scene,
  { issued, order }: Decided,
  runbook: Runbook,
): Promise<Told<PlayedPlan>> {
  const { replicas, readyPeers, recentRestarts } = conditionFactsOf(scene.test.live ?? {});
  if (typeof replicas !== 'number' || typeof readyPeers !== 'number')
    return untold('the executor looks at live.replicas and live.readyPeers, give them');
  if (runbook.steps.some(({ when }) => when !== undefined))
    return untold('this executor does not look at `when` yet');
  if (!issued || !order) return untold('there is no order');
  const recentActions = typeof recentRestarts === 'number' ? recentRestarts : recentActionsOf(scene);
  const known = knownFacts(scene, runbook);
  const played = await playOrder({ scene, order, issued, known, recentActions, replicas, readyPeers });
  const aborted = dataOf(played.events, 'ActionAborted');
  if (aborted) return told({ ...played, refused: refusedBy(aborted), why: aborted.reason });
  if (dataOf(played.events, 'ActionFinished')) return told({ ...played, refused: [], why: '' });
  return untold('the executor would wait');
}

/** Live checks by their names; where none of them said no, the code of what did. */
function refusedBy({ checks, code }: ActionAborted): readonly string[] {
  const names = checks.flatMap(({ result, name }) => (result === CheckResult.REFUSE ? [name] : []));
  return names.length > 0 ? names : [code];
}
