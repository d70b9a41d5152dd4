import { DecisionMade, OrderIssued } from '#gen/belay/v1/decision.ts';
import { IncidentReported } from '#gen/belay/v1/incident.ts';
import type { AskRules } from '../domain/cases/case.ts';

/** A decision as if the guardrails agreed. Kept by the store, so that every delivery says the same. */
export interface Draft {
  readonly made: DecisionMade;
  /** Where something is to be done, or planned first. */
  readonly issued: OrderIssued | undefined;
  readonly escalate: string;
  /** Where people may be asked: what they are told about it. */
  readonly incident: IncidentReported | undefined;
  /** Whom to ask, now or where the target turns out to be riskier. */
  readonly asks: AskRules | undefined;
  /** Why only a person can carry it out. Empty where an executor can. */
  readonly byHand: string;
  /** Somebody asked for this very run: a storm of reports does not stop it. */
  readonly byPerson?: boolean;
  /** Until when a refusal that ends by itself is waited for. */
  readonly retryUntil: Date | undefined;
}

export function writeDraft(draft: Draft): string {
  const { made, issued, incident, asks, byHand, byPerson, retryUntil, escalate } = draft;
  return JSON.stringify({
    made: DecisionMade.toJSON(made),
    ...(issued && { issued: OrderIssued.toJSON(issued) }),
    ...(incident && { incident: IncidentReported.toJSON(incident) }),
    asks,
    byHand,
    byPerson,
    retryUntil,
    escalate,
  });
}

interface Stored {
  readonly made: unknown;
  readonly issued?: unknown;
  readonly incident?: unknown;
  readonly asks?: AskRules;
  readonly byHand?: string;
  readonly byPerson?: boolean;
  readonly retryUntil?: string;
  readonly escalate: string;
}

export function readDraft(record: string): Draft {
  const stored = JSON.parse(record) as Stored;
  const { made, issued, incident, asks, byHand = '', byPerson = false, retryUntil, escalate } = stored;
  return {
    made: DecisionMade.fromJSON(made),
    issued: issued === undefined ? undefined : OrderIssued.fromJSON(issued),
    incident: incident === undefined ? undefined : IncidentReported.fromJSON(incident),
    asks,
    byHand,
    byPerson,
    retryUntil: retryUntil === undefined ? undefined : new Date(retryUntil),
    escalate,
  };
}
