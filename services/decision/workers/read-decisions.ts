import { DecisionMade, OrderIssued, OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Bus } from '#lib/bus/bus.ts';
import type { Decided } from '../domain/guardrails/in-order.ts';
import { type Draft, writeDraft } from '../handlers/draft.ts';
import { guardrailChecksOf } from '../handlers/guardrail-checks.ts';
import { slotWantsOf } from '../handlers/slot-wants.ts';
import { aboutOf, stormCountOf } from '../handlers/storm-count.ts';
import type { LoggedDecision } from '../ports.ts';
import { readTopic } from './read-topic.ts';

/** A decision with what it ordered, as bytes: decoded, the decisions of days would fit into no memory. */
export interface PackedDecision extends Decided {
  readonly made: Buffer;
  readonly planned: Buffer | undefined;
  readonly issued: Buffer | undefined;
  readonly escalate: string;
}

interface Packed {
  readonly bytes: Buffer;
  readonly at: Date;
}

export async function readDecisions(bus: Bus, since: Date): Promise<PackedDecision[]> {
  const made = new Map<string, Packed>();
  const planned = new Map<string, Packed>();
  const issued = new Map<string, Packed>();
  const escalations = new Map<string, string>();
  await readTopic(bus, 'decision', { since }, ({ type, data }, { value }) => {
    // The decoder has refused events without value or time. The record is a part of all that was fetched with it.
    const packed = (at: Date | undefined): Packed => ({
      bytes: Buffer.from(value as Buffer),
      at: at as Date,
    });
    if (type === 'DecisionMade' && !made.has(data.decisionId))
      made.set(data.decisionId, packed(data.decidedAt));
    if (type === 'OrderIssued') {
      const orders = data.phase === OrderPhase.PLAN ? planned : issued;
      const isKnown = data.phase > OrderPhase.EXECUTE || orders.has(data.decisionId);
      if (!isKnown) orders.set(data.decisionId, packed(data.issuedAt));
    }
    const isClosed = type === 'DecisionClosed' && !escalations.has(data.decisionId);
    if (isClosed) escalations.set(data.decisionId, data.escalate);
  });
  const decisions = Array.from(made, ([decisionId, { bytes, at }]): PackedDecision => {
    const [plan, order] = [planned.get(decisionId), issued.get(decisionId)];
    return {
      ...{ decisionId, decidedAt: at, made: bytes, planned: plan?.bytes, issued: order?.bytes },
      escalate: escalations.get(decisionId) ?? '',
      ...(order && plan && { granted: { at: order.at } }),
    };
  });
  // What was granted after people were asked comes behind what was taken before.
  const places = new Map([...issued.keys()].map((decisionId, place) => [decisionId, place]));
  const placeOf = ({ decisionId, granted }: Decided) => (granted ? (places.get(decisionId) ?? 0) : -1);
  return decisions.sort((a, b) => placeOf(a) - placeOf(b));
}

export function unpack({
  decisionId,
  decidedAt,
  granted,
  escalate,
  ...packed
}: PackedDecision): LoggedDecision {
  const made = DecisionMade.decode(packed.made);
  const planned = packed.planned && OrderIssued.decode(packed.planned);
  const issued = packed.issued && OrderIssued.decode(packed.issued);
  // What people would be told is in the case; here is only what was said.
  const draft: Draft = {
    made,
    issued: planned ?? issued,
    escalate,
    incident: undefined,
    asks: undefined,
    byHand: '',
    retryUntil: made.retryAt,
  };
  return {
    decisionId,
    decidedAt,
    about: aboutOf(made),
    record: writeDraft(draft),
    wants: issued && slotWantsOf(issued),
    checks: guardrailChecksOf(made),
    trial: issued?.trial ?? false,
    storm: stormCountOf(made),
    ...(issued && granted && { granted: { checks: guardrailChecksOf(issued), at: granted.at } }),
  };
}
