import type { Generated, Transaction } from 'kysely';
import type { OutgoingRecord } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import type { Json } from './column-types.ts';

/** What a service's tables extend that publishes together with its state. */
export interface OutboxTables {
  outbox: OutboxRow;
  outbox_rejected: OutboxRow & { seq: number; code: string; reason: string; rejected_at: Date };
}

export interface OutboxRow {
  seq: Generated<number>;
  event_id: string;
  topic: string;
  key: Buffer;
  value: Buffer | null;
  /** Names to base64: a header is bytes. */
  headers: Json<Record<string, string>>;
}

const columns = `
  event_id text primary key,
  topic text not null,
  key bytea not null,
  value bytea,
  headers jsonb not null`;

/** The migration that makes both tables. */
export const outboxSql = `
  create table outbox (seq bigint not null generated always as identity unique, ${columns});
  create table outbox_rejected (
    seq bigint not null, ${columns}, code text not null, reason text not null, rejected_at timestamptz not null
  );`;

/**
 * To be published once the transaction has committed. In the order of the calls: call it after the rows that
 * the records are about have been written or locked, and no two transactions disagree about the order. An id
 * that waits already is left as it is.
 */
export async function enqueueOutbox<Tables extends OutboxTables>(
  trx: Transaction<Tables>,
  records: readonly OutgoingRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await (trx as unknown as Transaction<OutboxTables>)
    .insertInto('outbox')
    .values(records.map(toRow))
    .onConflict((taken) => taken.column('event_id').doNothing())
    .execute();
}

export interface WaitingRecord {
  readonly event_id: string;
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export function toRecord({ topic, key, value, headers }: WaitingRecord): OutgoingRecord {
  const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
  return { topic, key, value, headers: Object.fromEntries(bytes) as Record<string, Buffer> };
}

function toRow({ topic, key, value, headers }: OutgoingRecord) {
  const texts = Object.entries(headers).map(([name, bytes]) => [name, toBuffer(bytes).toString('base64')]);
  return {
    event_id: eventIdOf(headers),
    topic,
    key: toBuffer(key),
    value,
    headers: JSON.stringify(Object.fromEntries(texts)),
  };
}

/** The CloudEvents header under which sinks recognise what they have. */
function eventIdOf({ ce_id: id }: OutgoingRecord['headers']): string {
  if (id !== undefined && id.length > 0) return id.toString();
  throw new BelayError('internal', 'a record for the outbox has no event id', {
    code: 'OUTBOX_NO_ID',
    field: 'ce_id',
  });
}

function toBuffer(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}
