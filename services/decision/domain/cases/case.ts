import type { RiskLevel } from '#lib/runbook/runbook.ts';

/**
 * `planning`: an executor is asked what would change. `pending`: people are asked. `granting`: enough of them said
 * yes, and the guardrails are asked once more. `retrying`: a refusal ends by itself, and is waited for.
 */
export type CaseState = 'planning' | 'pending' | 'granting' | 'retrying' | 'closed';

/** A decision that waits. Everything in it was known when it began to, or came by an event since. */
export interface Case {
  readonly decisionId: string;
  readonly incidentId: string;
  /** The number people know the incident by. */
  readonly externalId: string;
  readonly attempt: number;
  readonly openedAt: Date;
  readonly state: CaseState;
  /** What was said when it began to wait, as a handler wrote it. */
  readonly record: string;
  /** Who is asked. Undefined: what is planned is shown to people, and nobody is asked. */
  readonly asks: AskRules | undefined;
  /** Told when it ends without an action. */
  readonly escalate: string;
  /** When something is to be done about it next. Undefined: nothing, until something happens. */
  readonly dueAt: Date | undefined;
  readonly planned: Planned | undefined;
  readonly request: { readonly at: Date; readonly deadline: Date } | undefined;
  readonly answers: readonly Answer[];
  /** A channel has confirmed that the question reached people. */
  readonly notifiedAt: Date | undefined;
  readonly grant: { readonly at: Date; readonly lapsed: boolean } | undefined;
  /** The guardrails are being asked, so a slot may be taken: it ends with what they answer, and with nothing else. */
  readonly isTaking: boolean;
  readonly ending: Ending | undefined;
  /** What was ordered, came to nothing, and is tried again. */
  readonly after?: { readonly decisionId: string; readonly actionId: string };
}

export interface AskRules {
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly timerMs: number;
  readonly onLapse: LapseRule;
  /** A person who asked for the action. Somebody else has to approve it. */
  readonly requester: string | undefined;
  /** Silence is never a yes to what is high risk or cannot be undone. */
  readonly maySilenceApprove: boolean;
}

export type LapseRule = 'approve' | 'deny' | 'escalate';

/** What the executor answered: the hash is what people approve. */
export interface Planned {
  readonly hash: string;
  readonly risk: RiskLevel;
  /** A live check that refused: nobody needs to be asked. */
  readonly refusal: string;
  /** The answer as it came, for the question to people. */
  readonly record: string;
}

export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
  readonly isHuman: boolean;
}

export interface Answer {
  readonly by: string;
  readonly answer: 'approve' | 'deny';
  readonly reason: string;
  readonly at: Date;
}

export type EndedAs =
  | 'ordered'
  | 'shown'
  | 'denied'
  | 'lapsed'
  | 'blocked'
  | 'resolved'
  | 'failed'
  | 'cancelled'
  | 'decided_again';

export interface Ending {
  readonly as: EndedAs;
  readonly reason: string;
  readonly at: Date;
}
