import {
  type GetRunbookHistoryResponse,
  type GetRunbookRequest,
  type GetRunbookResponse,
  type ListRunbooksRequest,
  type ListRunbooksResponse,
  RunbookStatus,
} from '#gen/belay/v1/runbook_service.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { VersionRecord } from '../../ports.ts';
import { toProtoMode } from '../to-proto.ts';
import { toProtoStatus, toRef, toRunbookVersion } from './proto-registry.ts';
import { unknownVersion } from './refusal-error.ts';
import type { RegistryOptions } from './registry-options.ts';

type Options = Pick<RegistryOptions, 'registry' | 'read'>;

export async function listRunbooks(
  request: ListRunbooksRequest,
  { registry, read }: Options,
): Promise<ListRunbooksResponse> {
  const all = await registry.versions();
  const { status } = request;
  const asked =
    status === RunbookStatus.UNSPECIFIED
      ? [...Map.groupBy(all, ({ name }) => name).values()].flatMap((versions) => shownOf(versions) ?? [])
      : all.filter((record) => toProtoStatus(record.status) === status);
  const runbooks = asked.map((record) => ({ record, runbook: read(record).runbook }));
  const found = runbooks.filter(({ runbook }) => passes(runbook, request));
  return { runbooks: found.map(({ record, runbook }) => toRunbookVersion(record, runbook)) };
}

export async function getRunbook(
  { name, version }: GetRunbookRequest,
  { registry, read, evidence }: Pick<RegistryOptions, 'registry' | 'read' | 'evidence'>,
): Promise<GetRunbookResponse> {
  const versions = await registry.versions(name);
  const found =
    version === 0
      ? (shownOf(versions) ?? versions[0])
      : versions.find((record) => record.version === version);
  if (!found) throw unknownVersion(name, versions.length === 0 ? undefined : version);
  return {
    runbook: toRunbookVersion(found, read(found).runbook),
    source: found.source,
    versions: versions.map((record) => toRunbookVersion(record)),
    evidence: (await evidence.versions(name)).map((found) => ({ ...found })),
  };
}

const MOST_ENTRIES = 500;

export async function getRunbookHistory(
  { name }: { readonly name: string },
  { registry }: Options,
): Promise<GetRunbookHistoryResponse> {
  const records = await registry.history(name, MOST_ENTRIES);
  if (records.length === 0) throw unknownVersion(name, undefined);
  const entries = records.map(({ version, digest, type, mode, who, reason, at }) => ({
    ref: toRef({ name, version, digest }),
    change: type,
    mode: toProtoMode(mode),
    actor: toActor(who),
    reason,
    changedAt: at,
  }));
  return { entries };
}

/** Of one name: what runs, or else what was applied last and is not put away. */
const shownOf = (newestFirst: readonly VersionRecord[]): VersionRecord | undefined =>
  newestFirst.find(({ status }) => status === 'active') ??
  newestFirst.find(({ status }) => status !== 'archived');

/** What does not load is found by its name and status alone. */
function passes(runbook: Runbook | undefined, { type, tag, owner, trigger }: ListRunbooksRequest): boolean {
  if (!runbook) return [type, tag, owner, trigger].every((filter) => filter === '');
  return (
    (type === '' || runbook.type === type) &&
    (tag === '' || runbook.tags.includes(tag)) &&
    (owner === '' || runbook.owner === owner) &&
    (trigger === '' || isTriggeredBy(runbook, trigger))
  );
}

function isTriggeredBy({ triggers }: Runbook, trigger: string): boolean {
  if (trigger === 'any' && triggers.any) return true;
  return triggers.symptoms.includes(trigger) || triggers.probableCauses.includes(trigger);
}
