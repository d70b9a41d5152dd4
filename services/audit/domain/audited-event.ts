/** What is kept of one event: the same whenever and however often the event comes. */
export interface AuditedEvent {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** CloudEvents source: belay/decision. */
  readonly source: string;
  readonly time: Date;
  readonly rank: number;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly actionId: string;
  /** The number people know the incident by: INC001. */
  readonly externalId: string;
  /** Empty where the event does not say: readers take it from the incident. */
  readonly service: string;
  /** Empty where the event does not say: readers take it from the decision. */
  readonly runbook: RunbookName | undefined;
  readonly outcome: string;
  readonly actor: string;
  /** One line for people. */
  readonly text: string;
  readonly dataJson: string;
}

export interface RunbookName {
  readonly name: string;
  /** Undefined where all versions are meant. */
  readonly version?: number | undefined;
}

/** Where an event stands in every timeline: times may be equal, so what causes comes before what follows. */
export interface Position {
  readonly time: Date;
  readonly rank: number;
  readonly id: string;
}
