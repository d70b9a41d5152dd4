import type { AuditedEvent, Position } from './domain/audited-event.ts';
import type { EndingFact } from './domain/decision-ending.ts';

/** The record of what happened. It only grows. */
export interface EventLog {
  /** What is there already stays as it is. Rejects with `unavailable` while the store is away. */
  append(event: AuditedEvent): Promise<void>;
}

/** An event as readers see it: with the service of its incident and the runbook of its decision. */
export interface HistoryEntry extends Position {
  readonly type: string;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly actionId: string;
  readonly service: string;
  /** restart-pod@3 */
  readonly runbook: string;
  readonly outcome: string;
  readonly actor: string;
  readonly text: string;
  /** Empty where it is too long to be shown beside others. */
  readonly dataJson: string;
}

/** What the summary of an incident is made from besides. Empty where the event does not say. */
export interface IncidentEntry extends HistoryEntry {
  readonly externalId: string;
  readonly symptom: string;
  readonly probableCause: string;
  /** Of a decision, as in its JSON: MODE_BLOCKED. */
  readonly mode: string;
  /** When the episode began, in the words of whoever reported it or decided on it. */
  readonly episodeStartedAt: Date | undefined;
}

export interface Search {
  readonly incidentId?: string;
  readonly runbook?: { readonly name: string; readonly version?: number };
  readonly service?: string;
  readonly actor?: string;
  readonly outcome?: string;
  readonly types?: readonly string[];
  /** Decisions of a mode, as in their JSON: MODE_BLOCKED. */
  readonly mode?: string;
  /** From this moment on. */
  readonly since?: Date;
  /** Before this moment. */
  readonly until?: Date;
  /** Only what stands before this place. */
  readonly before?: Position;
  readonly limit: number;
}

export interface History {
  /** In their order, so that an id that is complete comes first. */
  incidentsStartingWith(prefix: string, limit: number): Promise<readonly string[]>;
  decisionsStartingWith(prefix: string, limit: number): Promise<readonly string[]>;
  /** Numbers that people use may come again: the incident that began last. */
  newestIncidentKnownAs(externalId: string): Promise<string | undefined>;
  newestDecisionOf(incidentId: string): Promise<string | undefined>;
  /** From the beginning to the end. Of very long ones the newest part. */
  incidentTimeline(incidentId: string): Promise<readonly IncidentEntry[]>;
  decisionTimeline(decisionId: string): Promise<readonly HistoryEntry[]>;
  /** The DecisionMade itself as JSON, however long. */
  decisionMade(decisionId: string): Promise<string | undefined>;
  /** What tells how each decision ended, in the order of its timeline. All of them in one question. */
  endingFacts(decisionIds: readonly string[]): Promise<ReadonlyMap<string, readonly EndingFact[]>>;
  /** Newest first. */
  find(search: Search): Promise<readonly HistoryEntry[]>;
}
