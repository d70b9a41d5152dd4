import { riskToJSON } from '#gen/belay/v1/common.ts';
import type { DecisionMade } from '#gen/belay/v1/decision.ts';
import type { RiskLevel, Runbook } from '#lib/runbook/runbook.ts';
import { compare, told, untold } from '#lib/runbook/tests/compare.ts';
import type { Mismatch } from '#lib/runbook/tests/result.ts';
import type { RunbookTest } from '#lib/runbook/tests/test-file.ts';
import { memoryGuardrails } from '../../services/decision/adapters/memory-guardrails.ts';
import type { Guardrails } from '../../services/decision/ports.ts';
import { assumeExecutors } from './assume-executors.ts';
import { type CarriedOut, carryOut } from './carry-out.ts';
import type { Decided } from '../play/decide-report.ts';
import { modeName } from '../play/mode-name.ts';
import { decideIncident } from './decide-incident.ts';
import { grantOrder } from './grant-order.ts';
import { plannedSteps, whyNoPlan } from './planned-steps.ts';
import { refusedChecks, refusedNames } from './refused-names.ts';
import { replayHistory } from './replay-history.ts';
import { type Scene, sceneOf } from './scene.ts';

export interface TestRun {
  readonly runbook: Runbook | undefined;
  readonly mismatches: readonly Mismatch[];
  readonly why: string;
  /** All that said no, as coverage counts it. */
  readonly refused: readonly string[];
}

/** One test through the code that runs in production, on stores in memory and the time of the test. */
export async function runTest(test: RunbookTest, runbooks: readonly Runbook[]): Promise<TestRun> {
  const scene = sceneOf(test, runbooks);
  const guardrails = memoryGuardrails();
  await guardrails.rebuild(async () => {});
  const impossible = await replayHistory(scene, guardrails);
  const decided = await assumeExecutors(scene, await decideIncident(scene, guardrails), guardrails);
  const { made } = decided;
  const runbook = runbooks.find(({ name }) => name === made.runbook?.name);
  const mode = modeName(made.mode);
  // What nobody asks for is not played: it may need facts that the test does not give.
  const carried = test.expect.outcome === undefined ? NOT_ASKED : await act(scene, decided, guardrails);
  const played = {
    mode,
    risk: riskToJSON(made.risk)
      .replace(/^RISK_/, '')
      .toLowerCase() as RiskLevel,
    reasons: [...reasonsOf(made, mode), ...carried.refused],
    steps: plannedSteps(scene, mode, runbook),
    noPlan: whyNoPlan(scene, runbook),
    outcome: carried.outcome,
  };
  const history = impossible.map((actual) => ({ what: 'history', expected: '', actual }));
  const why = mode === 'auto_execute' ? carried.why : [made.summary, carried.why].filter(Boolean).join(' ');
  const names = [
    ...refusedNames(made),
    ...carried.refused,
    ...(carried.guardrails ?? []),
    ...(played.noPlan === '' ? [] : ['parameters']),
  ];
  return { runbook, mismatches: [...history, ...compare(test.expect, played)], why, refused: names };
}

const NOT_ASKED: CarriedOut = { outcome: untold('it was not asked for'), refused: [], why: '' };

async function act(scene: Scene, decided: Decided, guardrails: Guardrails): Promise<CarriedOut> {
  const { made, issued } = decided;
  const runbook = scene.runbooks.find(({ name }) => name === made.runbook?.name);
  const mode = modeName(made.mode);
  if (!runbook) return { ...NOT_ASKED, outcome: untold('no runbook matches') };
  if (issued) return carryOut(scene, decided, runbook);
  if (mode !== 'approval_required') return { ...NOT_ASKED, outcome: untold(`nothing was done, ${mode}`) };
  const { approval } = scene.test;
  if (!approval) return { ...NOT_ASKED, outcome: untold('nobody was asked, give approval.answer') };
  if (!isYes(approval.answer, runbook))
    return { outcome: told('refused'), refused: [], why: SAID[approval.answer] };
  const granted = await grantOrder(scene, decided, runbook, guardrails);
  if (!granted.known) return { ...NOT_ASKED, outcome: granted };
  if (granted.value.issued) return carryOut(scene, granted.value, runbook);
  const { made: answered } = granted.value;
  const codes = refusedChecks(answered).map(({ code }) => code);
  const names = refusedNames(answered);
  return { outcome: told('refused'), refused: codes, guardrails: names, why: answered.summary };
}

type Answer = NonNullable<RunbookTest['approval']>['answer'];

const SAID: Readonly<Record<Answer, string>> = {
  approve: '',
  deny: 'An approver said no. Nothing changed.',
  none: 'Nobody answered in time. Nothing changed.',
};

/** Silence is a yes only where the runbook says so, and never for high risk. */
function isYes(answer: Answer, { approval, risk }: Runbook): boolean {
  if (answer !== 'none') return answer === 'approve';
  return approval?.onLapse === 'approve' && risk !== 'high';
}

/** Why it did not run by itself: the code of the decision, and those of all checks that said no. */
function reasonsOf(made: DecisionMade, mode: string): readonly string[] {
  if (mode === 'auto_execute') return [];
  return [...new Set([made.code, ...refusedChecks(made).map(({ code }) => code)])];
}
