import type { Transaction } from 'kysely';
import { type Change, type Entry, newEntry, type Version } from '../domain/registry/entry.ts';
import type { ChangedEntry, Origin } from '../ports.ts';
import type { DecisionTables } from './decision-tables.ts';

type Trx = Transaction<DecisionTables>;

/** Every name with its versions, without their texts: as many as people have reviewed. */
export async function readEntries(trx: Trx): Promise<(name: string) => Entry> {
  const runbooks = await trx.selectFrom('registry_runbook').selectAll().execute();
  const rows = await trx
    .selectFrom('registry_version')
    .select(['name', 'version', 'digest', 'status'])
    .orderBy('version')
    .execute();
  const versions = Map.groupBy(rows, ({ name }) => name);
  const entries = new Map(
    runbooks.map(({ name, mode, chosen_by }): [string, Entry] => [
      name,
      {
        name,
        versions:
          versions.get(name)?.map(({ version, digest, status }) => ({ version, digest, status })) ?? [],
        mode: mode ?? undefined,
        chosenBy: chosen_by ?? undefined,
      },
    ]),
  );
  return (name) => entries.get(name) ?? newEntry(name);
}

export async function writeEntry(
  trx: Trx,
  { entry, changes, sources }: ChangedEntry,
  origin: Origin,
): Promise<void> {
  const { name, mode = null, chosenBy: chosen_by = null } = entry;
  await trx
    .insertInto('registry_runbook')
    .values({ name, mode, chosen_by })
    .onConflict((known) => known.column('name').doUpdateSet({ mode, chosen_by }))
    .execute();
  for (const version of inWritableOrder(touched(entry, changes)))
    await writeVersion(trx, name, version, sources.get(version.digest), origin);
  for (const { version, digest, type, mode: activatedIn } of changes) {
    const change = { name, version, digest, type, mode: activatedIn ?? null };
    await trx
      .insertInto('registry_change')
      .values({ ...change, ...originColumns(origin) })
      .execute();
  }
}

const touched = ({ versions }: Entry, changes: readonly Change[]): readonly Version[] =>
  versions.filter(({ version }) => changes.some((change) => change.version === version));

/** The one that becomes active comes last: an index allows no second one, not even in between. */
const inWritableOrder = (versions: readonly Version[]): readonly Version[] =>
  versions.toSorted((a, b) => Number(a.status === 'active') - Number(b.status === 'active'));

async function writeVersion(
  trx: Trx,
  name: string,
  { version, digest, status }: Version,
  source: string | undefined,
  origin: Origin,
): Promise<void> {
  if (source === undefined) {
    const isIt = { name, version };
    await trx
      .updateTable('registry_version')
      .set({ status })
      .where((eb) => eb.and(isIt))
      .execute();
    return;
  }
  await trx
    .insertInto('registry_version')
    .values({ name, version, digest, source, status, ...originColumns(origin) })
    .execute();
}

const originColumns = ({ who, reason, at }: Origin) => ({
  actor_kind: who.kind,
  actor_name: who.name,
  reason,
  at,
});
