import type { BusRecord, OutgoingRecord } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import type { KeyUse } from '#lib/signing/key-set.ts';
import type { Signer } from '#lib/signing/signer.ts';
import type { Verifier } from '#lib/signing/verifier.ts';
import { actionEvents } from './action-events.ts';
import type { AnyEvent, OutgoingEvent } from './event.ts';

/**
 * Orders and action events carry a signature over their bytes and their target: whoever can write to a
 * topic can still neither make an executor act nor make up what an executor did.
 */
const SIGNATURE_HEADER = 'belay-signature';

interface SealSpec {
  readonly use: KeyUse;
  readonly context: string;
  readonly target: string;
}

/** Undefined for events that are not signed. */
function sealSpec(event: AnyEvent | OutgoingEvent): SealSpec | undefined {
  if (event.type === 'Order')
    return { use: 'decision', context: 'belay-order-v1', target: event.data.target };
  if (!Object.hasOwn(actionEvents, event.type)) return undefined;
  const { target } = event.data as { target: string };
  return { use: `target:${target}`, context: 'belay-action-v1', target };
}

/** Adds the signature where the type of event has one. */
export function seal(event: OutgoingEvent, record: OutgoingRecord, signer: Signer): OutgoingRecord {
  const spec = sealSpec(event);
  if (!spec || record.value === null) return record;
  const signature = signer.sign(spec.context, Buffer.from(spec.target), record.value);
  return { ...record, headers: { ...record.headers, [SIGNATURE_HEADER]: signature } };
}

/** Throws `invalid` unless the event needs no signature or has a good one of the right key. */
export function requireSeal(event: AnyEvent, record: BusRecord, verifier: Verifier): void {
  const spec = sealSpec(event);
  if (!spec || record.value === null) return;
  const signature = record.headers[SIGNATURE_HEADER]?.toString('latin1');
  // By the time of writing: a key that has been retired since was good for what it signed then.
  const how = { use: spec.use, at: new Date(record.timestampMs) };
  const answer = verifier.verify(signature, how, spec.context, Buffer.from(spec.target), record.value);
  if (answer.ok) return;
  throw new BelayError('invalid', `${event.type} is not signed by ${spec.use}: ${answer.reason}`, {
    code: 'BAD_SIGNATURE',
    field: SIGNATURE_HEADER,
  });
}
