import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Identity } from '#lib/identity/identity.ts';
import type { Case } from './domain/cases/case.ts';
import type { Evidence, Note } from './domain/evidence/evidence.ts';
import type { RunHistories } from './domain/evidence/run-history.ts';
import type { VersionEvidence } from './domain/evidence/version-evidence.ts';
import type { RunbookBreaker, SlotOutcome } from './domain/guardrails/breaker.ts';
import type { StormCount } from './domain/guardrails/check-storm.ts';
import type { GuardrailCheck } from './domain/guardrails/guardrail-check.ts';
import type { BreakerReset } from './domain/guardrails/reset-breaker.ts';
import type { GrantAnswer, SlotStatus } from './domain/guardrails/guardrail-book.ts';
import type { Observed } from './domain/guardrails/observed.ts';
import type { StandingStorm } from './domain/guardrails/standing-storms.ts';
import type { About, SlotWants } from './domain/guardrails/slot-wants.ts';
import type { Withdrawal } from './domain/guardrails/withdraw-slot.ts';
import type { ActiveMode, Change, Entry, VersionStatus } from './domain/registry/entry.ts';

/** What is to be remembered of a decision, and what its action is counted under. */
export interface DecideRequest {
  readonly decisionId: string;
  readonly about: About;
  /** Undefined when nothing is to be done. */
  readonly wants: SlotWants | undefined;
  /** A person is asked first: the guardrails answer, and nothing is taken yet. */
  readonly peek?: boolean;
  /** Somebody asked for this very action: no storm counts it, and none stops it. */
  readonly byPerson?: boolean;
  /** The decision as it will be published. Whoever asks again gets this one back. */
  readonly record: string;
  readonly now: Date;
}

/** The action of a decision that was noted and has its approval by now. */
export interface GrantRequest {
  readonly decisionId: string;
  readonly about: About;
  readonly wants: SlotWants;
  /** As for its decision. */
  readonly byPerson?: boolean;
  /** For a store that does not know the decision. */
  readonly record: string;
  readonly now: Date;
}

export interface Slot {
  readonly status: SlotStatus;
  /** As first stored. Empty where the action was settled before the decision was stored. */
  readonly record: string;
  /** Every guardrail, passed or refused, as it was when the answer was given. Empty where none was asked. */
  readonly checks: readonly GuardrailCheck[];
  /** It is the one trial of a half-open breaker. */
  readonly trial: boolean;
  /** What it counted for, where it was to run by itself. */
  readonly storm: StormCount | undefined;
}

/** The answer to an approved action. */
export interface Grant {
  readonly status: SlotStatus;
  /** As they were at the grant. */
  readonly checks: readonly GuardrailCheck[];
  readonly trial: boolean;
  /** Undefined where it was over before anybody asked. */
  readonly at: Date | undefined;
}

/** A slot that was taken, by a decision whose action has not ended, or that nobody ordered. */
export interface OpenSlot {
  readonly decisionId: string;
  readonly record: string;
  readonly takenAt: Date;
  /** When somebody was last told that it is held. */
  readonly askedAt: Date;
}

export interface Settlement {
  readonly decisionId: string;
  /**
   * `none`: nothing happened; rate, attempts and trial are refunded. `succeeded`, `failed`: the cooldown starts
   * and the breaker counts. `unknown`: counts as failed, and the workload stays locked until a person has
   * looked: whatever is settled after it only frees the lock.
   */
  readonly outcome: SlotOutcome;
  /** When it was settled, by the event and not by its reader. */
  readonly at: Date;
}

/** What the log says about one decision, for a store that has to be filled again. */
export interface LoggedDecision {
  readonly decisionId: string;
  /** Undefined where the log does not say: then it is not counted among services. */
  readonly about?: About;
  readonly record: string;
  /** Of the action that was ordered. Undefined when none was. */
  readonly wants: SlotWants | undefined;
  readonly checks: readonly GuardrailCheck[];
  readonly trial: boolean;
  readonly storm?: StormCount | undefined;
  readonly decidedAt: Date;
  /** Where people were asked first. */
  readonly granted?: GrantAnswer;
}

/**
 * Guardrails are reserved, not checked: one atomic answer, given once. A store that cannot show that it is
 * the one it was refuses everything (`unavailable`, GUARDRAILS_NOT_READY) until it is rebuilt from the log.
 */
export interface Guardrails {
  decide(request: DecideRequest): Promise<Slot>;
  /**
   * Takes what a decision wants that was noted before, by the state of this moment. What is held, or settled
   * by now, stays so and gets the first answer; a no keeps nothing, and may be asked for again.
   */
  grant(request: GrantRequest): Promise<Grant>;
  /**
   * Repeats, and settlements of what was never stored, are fine. Returns the breaker of its runbook as it is then,
   * or undefined where the store does not know whose action it was.
   */
  settle(settlement: Settlement): Promise<RunbookBreaker | undefined>;
  /** Those that count against the limits: as many as the limits let in. */
  openSlots(): Promise<readonly OpenSlot[]>;
  /**
   * Takes the right to order from a slot that nobody has asked about since. It counts until it is settled as
   * `none`. Returns whether nobody may order any more.
   */
  withdraw(withdrawal: Withdrawal): Promise<boolean>;
  /**
   * Closed, with no failures and no trial: only what is settled after it counts. Repeats, and what is older than
   * the last one, change nothing.
   */
  resetBreaker(reset: BreakerReset): Promise<RunbookBreaker>;
  /** As they are, each with its name. */
  breakers(runbooks: readonly string[]): Promise<readonly RunbookBreaker[]>;
  /** Those that stand, each with its source. Takes nothing, and counts nobody. */
  storms(now: Date): Promise<readonly StandingStorm[]>;
  /** What was taken last for each runbook and service, within a week. The newest first, thousands at the most. */
  recentRuns(now: Date): Promise<readonly SlotWants[]>;
  /** What each of them would be checked against, but storms: those are of a source. Takes nothing. */
  observe(wants: readonly SlotWants[], now: Date): Promise<readonly Omit<Observed, 'storm'>[]>;
  /** As it was stored with the first answer. Undefined where nothing is known of the decision. */
  recordOf(decisionId: string): Promise<string | undefined>;
  isReady(): Promise<boolean>;
  /**
   * Runs `fold` while everybody is refused, and is ready after it. One instance does it, the others wait.
   * Returns whether it was this one.
   */
  rebuild(fold: (into: Refill) => Promise<void>): Promise<boolean>;
  check(): Promise<string>;
}

/**
 * Takes the log's events while the store is closed: a decision before what settles it, and otherwise in the
 * order in which things happened.
 */
export interface Refill {
  decision(logged: LoggedDecision): Promise<void>;
  settled(settlement: Settlement): Promise<void>;
  reset(reset: BreakerReset): Promise<void>;
}

/** A version with the text that was applied: neither ever changes. */
export interface StoredVersion {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly source: string;
}

export interface ActiveVersion extends StoredVersion {
  readonly mode: ActiveMode;
}

/** By whom, why and when. */
export interface Origin {
  readonly who: Pick<Identity, 'kind' | 'name'>;
  readonly reason: string;
  readonly at: Date;
}

export interface VersionRecord extends StoredVersion, Origin {
  readonly status: VersionStatus;
  /** Of the active one. */
  readonly mode: ActiveMode | undefined;
}

export interface ChangeRecord extends Change, Origin {}

/** What is registered, while nobody else changes it. */
export interface RegistryView {
  /** Later than every change before. */
  readonly at: Date;
  /** An empty one for a name that is not known. */
  entry(name: string): Entry;
  readonly active: readonly ActiveVersion[];
}

/** One name after its changes, with the texts of its new versions, and of no others, by their digests. */
export interface ChangedEntry {
  readonly before: Entry;
  readonly entry: Entry;
  readonly changes: readonly Change[];
  readonly sources: ReadonlyMap<string, string>;
}

export interface RegistryStep<Answer> {
  readonly answer: Answer;
  readonly changed: readonly ChangedEntry[];
  readonly events: readonly OutgoingEvent[];
}

/** Which runbooks there are and which run. One set for all instances, changed by one of them at a time. */
export interface RunbookRegistry {
  /** What `step` answers is stored and published together, or not at all. */
  change<Answer>(request: Origin, step: (view: RegistryView) => RegistryStep<Answer>): Promise<Answer>;
  /** Undefined as long as the revision is the one that is known. */
  active(
    known: number | undefined,
  ): Promise<{ readonly revision: number; readonly versions: readonly ActiveVersion[] } | undefined>;
  /** Of one name or of all, each name's newest first. */
  versions(name?: string): Promise<readonly VersionRecord[]>;
  /** Newest first. */
  history(name: string, limit: number): Promise<readonly ChangeRecord[]>;
  /** When each name was last activated, in whatever mode. */
  activatedAt(): Promise<ReadonlyMap<string, Date>>;
}

/** What came of decisions for runbooks, kept for 90 days, and counts of what was before. */
export interface EvidenceBook {
  /** As often as it is told, and in whatever order. */
  note(note: Note): Promise<void>;
  /** Of every runbook that ever ran. */
  histories(now: Date): Promise<RunHistories>;
  /** Of one runbook since then: what says something about how freely it may act, the newest first. */
  newest(runbook: string, since: Date, limit: number): Promise<readonly Evidence[]>;
  /** Those that decisions were made with, the newest version first. */
  versions(runbook: string): Promise<readonly VersionEvidence[]>;
  /** Counts what is too old to be kept, and throws it away. */
  forget(now: Date): Promise<void>;
}

/** A case as it will be, and what is said about it: both, or neither. */
export interface CaseStep {
  readonly next: Case;
  readonly events: readonly OutgoingEvent[];
}

/** Decisions that wait, durable. Every change is made by one at a time, in the order in which they come. */
export interface Cases {
  /** Does nothing where the case is known, or its incident is over. */
  open(opened: Case, now: Date): Promise<void>;
  /** Returns the case as it is afterwards, or undefined where there is none. */
  advance(decisionId: string, step: (current: Case) => CaseStep): Promise<Case | undefined>;
  /** Nothing waits for an incident that is over. */
  resolved(incidentId: string, at: Date, step: (current: Case) => CaseStep): Promise<void>;
  reopened(incidentId: string, at: Date): Promise<void>;
  get(decisionId: string): Promise<Case | undefined>;
  isResolved(incidentId: string): Promise<boolean>;
  /** A person does not want the action of this decision, or its incident is over: nothing is tried in its place. */
  cancelled(decisionId: string, at: Date): Promise<void>;
  isCancelled(decisionId: string): Promise<boolean>;
  /**
   * Those that wait to be decided again, by the beginning of the id of their decision, or of the action that came to
   * nothing or its decision. At most two.
   */
  findRetrying(idPrefix: string): Promise<readonly Case[]>;
  /** Whether a case of it may be taking a slot at this moment. */
  isTaking(incidentId: string): Promise<boolean>;
  /** Those that wait for people, by incident: for whoever has told them. */
  pendingOf(incidentId: string): Promise<readonly Case[]>;
  /** With people to answer: those that wait, by their deadline, or all of them, the newest first. */
  approvals(all: boolean): Promise<readonly Case[]>;
  /** By the beginning of the id of an approval, a decision or an incident, or by its number. At most two. */
  findApprovals(idPrefix: string): Promise<readonly Case[]>;
  forget(decisionId: string): Promise<void>;
}

/** A planned time that somebody holds. */
export interface PlannedRun {
  readonly id: string;
  /** Of the claim. */
  readonly epoch: number;
  readonly runbook: string;
  readonly plannedAt: Date;
  /** That it was planned by. */
  readonly timetable: string;
}

export interface Timetabled {
  readonly runbook: string;
  /** Tells it from the one before. */
  readonly timetable: string;
  /** Its first planned time from now on. */
  readonly nextAt: () => Date | undefined;
}

export interface Planned {
  readonly at: Date;
  readonly timetable: string;
}

/** What came of a planned time. */
export type TurnTaken =
  /** `isOver`: there is no action, or it has ended. */
  | { readonly is: 'run'; readonly isOver: boolean }
  | { readonly is: 'skipped'; readonly event: OutgoingEvent }
  | { readonly is: 'dropped' };

/** Planned times, durable: each of them has one turn, whoever looks and however often. */
export interface Schedules {
  /**
   * One planned time waits for each of these, and none for any other. One that is due is left to whoever gives it its
   * turn: its time may be one of the new timetable as well.
   */
  keep(wanted: readonly Timetabled[], now: Date): Promise<void>;
  /** Whether a run of it that was planned before has begun and not ended, as far as is known. */
  isOpen(runbook: string, before: Date, now: Date): Promise<boolean>;
  /** Before its run is decided: from then on it is open until its action has ended. Again it changes nothing. */
  begin(run: PlannedRun, incidentId: string): Promise<void>;
  /** Notes it, says what is to be said, and plans the next one: all of it or nothing, where the claim still holds. */
  finish(run: PlannedRun, turn: TurnTaken, next: Planned | undefined, now: Date): Promise<void>;
  /** The action of a run has ended. What is no run is nothing to it. */
  settled(incidentId: string): Promise<void>;
}

/** The ids under which runs by hand were asked for, of a day. */
export interface RunRequests {
  /**
   * One at a time. The same id is the same run for a day, and another one later; `isSame`: it was first used for
   * the same content.
   */
  use(
    id: string,
    content: string,
    now: Date,
  ): Promise<{ readonly firstUsedAt: Date; readonly isSame: boolean }>;
}
