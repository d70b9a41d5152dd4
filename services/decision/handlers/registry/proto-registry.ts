import { Mode as ProtoMode, type RunbookRef } from '#gen/belay/v1/common.ts';
import {
  type RunbookFacts,
  type RunbookProblem,
  RunbookStatus,
  type RunbookVersion,
} from '#gen/belay/v1/runbook_service.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { Problem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { ActiveMode, VersionStatus } from '../../domain/registry/entry.ts';
import type { StoredVersion, VersionRecord } from '../../ports.ts';
import { toProtoMode, toProtoRisk } from '../to-proto.ts';

const STATUSES: Readonly<Record<VersionStatus, RunbookStatus>> = {
  draft: RunbookStatus.DRAFT,
  active: RunbookStatus.ACTIVE,
  deprecated: RunbookStatus.DEPRECATED,
  archived: RunbookStatus.ARCHIVED,
};

export const toProtoStatus = (status: VersionStatus): RunbookStatus => STATUSES[status];

const MODES = new Map<ProtoMode, ActiveMode>([
  [ProtoMode.OBSERVE, 'observe'],
  [ProtoMode.MANUAL, 'manual'],
  [ProtoMode.SUGGEST, 'suggest'],
  [ProtoMode.APPROVAL_REQUIRED, 'approval_required'],
  [ProtoMode.AUTO_EXECUTE, 'auto_execute'],
]);

/** Undefined for what no runbook can be activated in. */
export const activeModeOf = (mode: ProtoMode): ActiveMode | undefined => MODES.get(mode);

export const toRef = ({ name, version, digest }: Omit<StoredVersion, 'source'>): RunbookRef => ({
  name,
  version,
  digest,
});

export function toRunbookVersion(record: VersionRecord, runbook?: Runbook): RunbookVersion {
  return {
    ref: toRef(record),
    status: toProtoStatus(record.status),
    mode: toProtoMode(record.mode),
    appliedBy: toActor(record.who),
    appliedAt: record.at,
    reason: record.reason,
    facts: runbook && toFacts(runbook),
  };
}

function toFacts({ type, owner, intent, risk, decisionMode, triggers, tags }: Runbook): RunbookFacts {
  const { symptoms, probableCauses, any } = triggers;
  return {
    ...{ type, owner, intent, any },
    risk: toProtoRisk(risk),
    asksFor: toProtoMode(decisionMode),
    symptoms: [...symptoms],
    probableCauses: [...probableCauses],
    tags: [...tags],
  };
}

export const toProblems = (problems: readonly Problem[]): RunbookProblem[] =>
  problems.map((problem) => ({ ...problem }));
