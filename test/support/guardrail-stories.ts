import fc from 'fast-check';
import type { RunbookBreaker, SlotOutcome } from '../../services/decision/domain/guardrails/breaker.ts';
import type { BreakerReset } from '../../services/decision/domain/guardrails/reset-breaker.ts';
import type { SlotWants } from '../../services/decision/domain/guardrails/slot-wants.ts';
import type {
  DecideRequest,
  Grant,
  Guardrails,
  LoggedDecision,
  Settlement,
  Slot,
} from '../../services/decision/ports.ts';
import { aboutOf, at } from './slot-wants.ts';

/** What can happen to a guardrail store. Numbers pick among what the story has so far. */
export type Step =
  | ({ readonly what: 'ask'; readonly wants: SlotWants | undefined } & By)
  | ({ readonly what: 'peek'; readonly wants: SlotWants } & By)
  | { readonly what: 'grant'; readonly pick: number; readonly wants: SlotWants }
  | { readonly what: 'ask again'; readonly pick: number; readonly wants: SlotWants | undefined }
  | { readonly what: 'settle'; readonly pick: number; readonly outcome: SlotOutcome; readonly lagMs: number }
  | { readonly what: 'settle early'; readonly outcome: SlotOutcome }
  | { readonly what: 'withdraw'; readonly pick: number }
  | { readonly what: 'wait'; readonly ms: number }
  | { readonly what: 'reset'; readonly runbook: string }
  | { readonly what: 'rebuild' };

/** Reported by a source, or asked for by a person. */
interface By {
  readonly source: string;
  readonly byPerson: boolean;
}

export interface Player
  extends Pick<Guardrails, 'decide' | 'grant' | 'settle' | 'withdraw' | 'resetBreaker'> {
  rebuild(log: Log): Promise<void>;
}

/** What the log would say. */
export interface Log {
  readonly decisions: LoggedDecision[];
  readonly settlements: Settlement[];
  readonly resets: BreakerReset[];
}

/** What a story has come to: what was asked and answered, and what the log would say about it. */
export interface Told extends Log {
  nowMs: number;
  readonly answers: (Slot | Grant)[];
  /** What settlements and resets had answered. */
  readonly breakers: (RunbookBreaker | undefined)[];
  /** Nothing of these is under way before their grant. */
  readonly noted: Set<string>;
  /** Asked for by somebody, who also asks for the grant. */
  readonly byPerson: Set<string>;
  /** Never ordered: the log has what was decided, and nothing of a slot. */
  readonly withdrawn: Set<string>;
}

export type OnStep = (step: Step, told: Told) => void;

/** Plays it, and returns every answer. Settlements are read in the order in which they happen, a little late. */
export async function playStory(
  story: readonly Step[],
  player: Player,
  onStep: OnStep = () => {},
): Promise<Told> {
  const told: Told = {
    nowMs: at(0).getTime(),
    answers: [],
    decisions: [],
    settlements: [],
    resets: [],
    breakers: [],
    noted: new Set(),
    byPerson: new Set(),
    withdrawn: new Set(),
  };
  for (const [index, step] of story.entries()) {
    await playStep(step, `dec-${index}`, player, told);
    onStep(step, told);
  }
  return told;
}

async function playStep(step: Step, id: string, player: Player, told: Told): Promise<void> {
  const { decisions } = told;
  const now = new Date(told.nowMs);
  switch (step.what) {
    case 'ask':
    case 'peek': {
      const { wants, source, byPerson } = step;
      const asked = { decisionId: id, about: aboutOf(wants, source), wants, record: `record of ${id}`, now };
      if (byPerson) told.byPerson.add(id);
      return ask({ ...asked, byPerson, peek: step.what === 'peek' }, player, told);
    }
    case 'grant':
      return grant(pick(decisions, step.pick), step.wants, player, told);
    case 'ask again': {
      const known = pick(decisions, step.pick);
      if (!known) return;
      const { decisionId } = known;
      return ask({ decisionId, about: aboutOf(), wants: step.wants, record: 'again', now }, player, told);
    }
    case 'settle':
      return settleOne(step, player, told);
    case 'settle early':
      await settle({ decisionId: id, outcome: step.outcome, at: now }, player, told);
      return ask({ decisionId: id, about: aboutOf(), wants: undefined, record: 'late', now }, player, told);
    case 'withdraw':
      return withdraw(step, player, told);
    case 'wait':
      told.nowMs += step.ms;
      return;
    case 'reset': {
      const reset = { runbook: step.runbook, at: now };
      told.breakers.push(await player.resetBreaker(reset));
      told.resets.push(reset);
      return;
    }
    case 'rebuild':
      await player.rebuild(told);
      for (const { decisionId } of decisions) {
        const again = { decisionId, about: aboutOf(), wants: undefined, record: 'again', now };
        told.answers.push(await player.decide(again));
      }
  }
}

async function ask(request: DecideRequest, player: Player, told: Told): Promise<void> {
  const slot = await player.decide(request);
  told.answers.push(slot);
  const { decisionId, about, now, wants } = request;
  const { status, record, checks, trial, storm } = slot;
  // Nothing is published about what was settled before it was heard of.
  if (record === '' || told.decisions.some((known) => known.decisionId === decisionId)) return;
  if (status === 'noted') told.noted.add(decisionId);
  const ordered = status === 'held' && !request.peek ? wants : undefined;
  told.decisions.push({ decisionId, about, record, wants: ordered, checks, trial, storm, decidedAt: now });
}

/** People have said yes, or a message comes again. What is granted for the first time is in the log from now on. */
async function grant(
  known: LoggedDecision | undefined,
  wants: SlotWants,
  player: Player,
  told: Told,
): Promise<void> {
  if (!known) return;
  const { decisionId, about = aboutOf() } = known;
  const now = new Date(told.nowMs);
  const byPerson = told.byPerson.has(decisionId);
  const answer = await player.grant({ decisionId, about, wants, byPerson, record: 'not kept', now });
  told.answers.push(answer);
  const { status, checks, trial, at } = answer;
  if (status !== 'held' || known.wants || at?.getTime() !== now.getTime()) return;
  // In the order of the log: its order comes behind everything that was taken before.
  told.decisions.splice(told.decisions.indexOf(known), 1);
  told.decisions.push({ ...known, wants, trial, granted: { checks, at } });
}

async function settleOne(step: Step & { what: 'settle' }, player: Player, told: Told): Promise<void> {
  const known = pick(told.decisions, step.pick);
  // Nothing ends that was only noted: no order of it is out.
  if (!known || (told.noted.has(known.decisionId) && !known.wants)) return;
  const takenMs = (known.granted?.at ?? known.decidedAt).getTime();
  const earliestMs = Math.max(takenMs, told.settlements.at(-1)?.at.getTime() ?? 0);
  const at = new Date(Math.max(earliestMs, told.nowMs - step.lagMs));
  await settle({ decisionId: known.decisionId, outcome: step.outcome, at }, player, told);
}

/** Whoever was about to order it is gone. Whoever asks in between, or behind it, hears so. */
async function withdraw(step: Step & { what: 'withdraw' }, player: Player, told: Told): Promise<void> {
  const { decisions, settlements, withdrawn, answers, noted } = told;
  const known = pick(decisions, step.pick);
  if (!known?.wants || settlements.some(({ decisionId }) => decisionId === known.decisionId)) return;
  const { decisionId } = known;
  const now = new Date(told.nowMs);
  if (!(await player.withdraw({ decisionId, unaskedSince: now }))) throw new Error('it was not withdrawn');
  const { granted: _granted, ...decided } = known;
  decisions[decisions.indexOf(known)] = { ...decided, wants: undefined, trial: false };
  noted.add(decisionId);
  withdrawn.add(decisionId);
  const again = { decisionId, about: aboutOf(), wants: undefined, record: 'again', now };
  answers.push(await player.decide(again));
  await player.settle({ decisionId, outcome: 'none', at: now });
  answers.push(await player.decide(again));
}

async function settle(settlement: Settlement, player: Player, told: Told): Promise<void> {
  told.breakers.push(await player.settle(settlement));
  // As the log has it: one settlement of an action, and where it was unknown a person's verdict behind it.
  told.settlements.push(settlement);
}

/** The newest ones more often: old slots are mostly settled. */
const pick = <T>(items: readonly T[], number: number): T | undefined =>
  items.length === 0 ? undefined : items[items.length - 1 - (number % Math.min(items.length, 6))];

const few = (most: number) => fc.integer({ min: 0, max: most });
const one = <T>(...items: readonly T[]) => fc.constantFrom(...items);

const limits = fc.record({
  maxExecutionsPerHour: one(0, 1, 2, 3, 9, 9),
  cooldownMs: one(0, 0, 0, 60_000, 5_400_000),
  maxConcurrentActions: one(1, 2, 9, 9),
  maxAttemptsPerTarget: one(1, 2, 9, 9),
  circuitBreaker: fc.record({ failures: one(1, 2, 2, 3), recoveryMs: one(60_000, 300_000) }),
  concurrency: fc.record({
    global: one(2, 9, 9),
    perTarget: one(2, 9, 9),
    perNamespace: one(2, 9, 9),
    perService: one(1, 9, 9),
  }),
  budget: fc.record({ global: one(0, 0, 9), perTarget: one(0, 0, 9) }),
  storm: fc.record({ services: one(1, 3, ...Array<number>(30).fill(9)), percent: one(0, 0, 50) }),
});

const wants: fc.Arbitrary<SlotWants> = fc.record({
  runbook: one('r1', 'r2'),
  target: one('t1', 't1', 't2'),
  namespace: one('n1', 'n1', 'n2'),
  service: one('s1', 's2'),
  resource: one('pod/n/a', 'pod/n/b'),
  workload: one('w1', 'w2', 'w3', 'w4'),
  limits,
});

const by = { source: one('a', 'a', 'b'), byPerson: one(false, false, false, false, false, false, true) };
const outcome = one<SlotOutcome>('none', 'succeeded', 'failed', 'failed', 'unknown');
const waited = one(
  ...[1, 1_000, 30_000, 59_999, 60_000, 300_000, 299_999, 359_999, 360_000, 599_999, 600_000],
  ...[1_800_000, 1_800_000, 3_599_999, 3_599_999, 3_600_000, 3_600_000],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ what: fc.constant('ask' as const), wants, ...by }) },
  {
    weight: 5,
    arbitrary: fc.constant({ what: 'ask' as const, wants: undefined, source: 'a', byPerson: false }),
  },
  { weight: 15, arbitrary: fc.record({ what: fc.constant('peek' as const), wants, ...by }) },
  { weight: 20, arbitrary: fc.record({ what: fc.constant('grant' as const), pick: few(20), wants }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('ask again' as const), pick: few(20), wants }) },
  {
    weight: 40,
    arbitrary: fc.record({ what: fc.constant('settle' as const), pick: few(20), outcome, lagMs: few(3_000) }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('settle early' as const), outcome }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('withdraw' as const), pick: few(20) }) },
  { weight: 20, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: waited }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reset' as const), runbook: one('r1', 'r2') }) },
  { weight: 5, arbitrary: fc.constant({ what: 'rebuild' as const }) },
);

export const stories = (steps: number): fc.Arbitrary<Step[]> =>
  fc.array(step, { minLength: steps, maxLength: steps });
