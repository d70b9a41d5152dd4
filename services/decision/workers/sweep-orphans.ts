import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { Logger } from '#lib/logger.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { answerOf, withdrawnEvent } from '../handlers/answer-of.ts';
import { readDraft } from '../handlers/draft.ts';
import { aboutOf } from '../handlers/storm-count.ts';
import type { Cases, Guardrails, OpenSlot } from '../ports.ts';
import { orderedSince } from './ordered-since.ts';
import { readMarks } from './read-marks.ts';

export interface OrphanSweepOptions {
  readonly guardrails: Pick<Guardrails, 'openSlots' | 'withdraw' | 'decide' | 'settle'>;
  readonly cases: Pick<Cases, 'isTaking' | 'get'>;
  readonly bus: Bus;
  /** Of the consumer that decides incidents. */
  readonly group: string;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly actWithinMs: number;
}

/** Several times as long as an order may be on its way, once whoever gives it was told that the slot is held. */
const UNASKED_MS = 60_000;
/** The log keeps at least a day: what it does not hold of an older slot proves nothing. */
const PROVABLE_MS = 86_400_000;

/**
 * Gives back what was taken and never ordered: whoever was about to order is gone, and the incident does not come
 * again. Two that do this at the same time do it once.
 */
export function orphanSweep(options: OrphanSweepOptions): () => Promise<void> {
  const { guardrails, bus, clock, group } = options;
  const ordered = new Set<string>();
  const marks = readMarks(bus, group, 'incident');
  return async () => {
    const now = clock.now();
    const silent = (await guardrails.openSlots()).filter((slot) => isSilent(slot, now));
    forgetOthers(ordered, silent);
    const unknown = silent.filter(({ decisionId }) => !ordered.has(decisionId));
    marks.keep(unknown.map(({ decisionId }) => decisionId));
    if (unknown.length === 0) return;
    // Read behind the list: what was asked about a minute before it is in the log by now, or will never be.
    const since = new Date(Math.min(...unknown.map(({ takenAt }) => takenAt.getTime())) - CLOCKS_MS);
    for (const decisionId of await orderedSince(bus, since)) ordered.add(decisionId);
    for (const slot of unknown) {
      if (ordered.has(slot.decisionId)) continue;
      const isLeft = isTooLate(slot, options, now) || (await isLeftAlone(slot, options, marks));
      if (isLeft) await withdraw(slot, options, now);
    }
  };
}

/** How far the clocks of hosts may be apart. */
const CLOCKS_MS = 15_000;

const isSilent = ({ askedAt, takenAt }: OpenSlot, now: Date): boolean =>
  askedAt.getTime() <= now.getTime() - UNASKED_MS && takenAt.getTime() > now.getTime() - PROVABLE_MS;

function forgetOthers(ordered: Set<string>, slots: readonly OpenSlot[]): void {
  const open = new Set(slots.map(({ decisionId }) => decisionId));
  for (const decisionId of ordered) if (!open.has(decisionId)) ordered.delete(decisionId);
}

/** Ordered now, it could not begin any more. */
const isTooLate = ({ askedAt }: OpenSlot, { actWithinMs }: OrphanSweepOptions, now: Date): boolean =>
  now.getTime() > askedAt.getTime() + actWithinMs;

/** Nobody is left who would still order: no case that takes it, and no incident that has not been handled. */
async function isLeftAlone(
  { decisionId, record }: OpenSlot,
  { cases }: OrphanSweepOptions,
  marks: ReturnType<typeof readMarks>,
): Promise<boolean> {
  const isRead = await marks.isRead(decisionId);
  return isRead && !(await cases.isTaking(readDraft(record).made.incidentId));
}

async function withdraw(
  { decisionId, record, takenAt }: OpenSlot,
  options: OrphanSweepOptions,
  now: Date,
): Promise<void> {
  const { guardrails, publish, logger } = options;
  const unaskedSince = new Date(now.getTime() - UNASKED_MS);
  if (!(await guardrails.withdraw({ decisionId, unaskedSince }))) return;
  // Told before it is given back: until then whoever sweeps next finds it, and tells the same.
  await publish(await toldOf({ decisionId, record, takenAt }, options, now));
  await guardrails.settle({ decisionId, outcome: 'none', at: now });
  logger.warn({ decision: decisionId }, 'a slot was given back that was taken and never ordered');
}

type Withdrawn = Pick<OpenSlot, 'decisionId' | 'record' | 'takenAt'>;

/** As a redelivery of the incident would say it. A grant was behind people, and its case says it where there is one. */
async function toldOf(
  { decisionId, record, takenAt }: Withdrawn,
  { guardrails, cases }: OrphanSweepOptions,
  now: Date,
): Promise<readonly OutgoingEvent[]> {
  const draft = readDraft(record);
  const asked = { decisionId, about: aboutOf(draft.made), record, now };
  if (draft.issued?.phase !== OrderPhase.PLAN)
    return answerOf(await guardrails.decide({ ...asked, wants: undefined })).events;
  const isTold = (await cases.get(decisionId))?.state === 'granting';
  return isTold ? [] : [withdrawnEvent(draft, takenAt)];
}
