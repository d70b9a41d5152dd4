import { Mode, type Actor, type RunbookRef } from '#gen/belay/v1/common.ts';
import { RunbookStatus, type RunbookVersion } from '#gen/belay/v1/runbook_service.ts';

export const ACTIVE_MODES = ['observe', 'manual', 'suggest', 'approval_required', 'auto_execute'] as const;
export type ActiveModeWord = (typeof ACTIVE_MODES)[number];

const MODES: Readonly<Record<ActiveModeWord, Mode>> = {
  observe: Mode.OBSERVE,
  manual: Mode.MANUAL,
  suggest: Mode.SUGGEST,
  approval_required: Mode.APPROVAL_REQUIRED,
  auto_execute: Mode.AUTO_EXECUTE,
};

export const modeOf = (word: ActiveModeWord): Mode => MODES[word];
export const modeWord = (mode: Mode): string => ACTIVE_MODES.find((word) => MODES[word] === mode) ?? '';

export const STATUSES = ['draft', 'active', 'deprecated', 'archived'] as const;
export type StatusWord = (typeof STATUSES)[number];

const STATUS_OF: Readonly<Record<StatusWord, RunbookStatus>> = {
  draft: RunbookStatus.DRAFT,
  active: RunbookStatus.ACTIVE,
  deprecated: RunbookStatus.DEPRECATED,
  archived: RunbookStatus.ARCHIVED,
};

export const statusOf = (word: StatusWord): RunbookStatus => STATUS_OF[word];
export const statusWord = (status: RunbookStatus): string =>
  STATUSES.find((word) => STATUS_OF[word] === status) ?? '';

export const refText = (ref: RunbookRef | undefined): string => (ref ? `${ref.name}@${ref.version}` : '');
export const actorText = (actor: Actor | undefined): string => actor?.name ?? '';

/** `active as observe`, `draft` */
export function stateText({ status, mode }: Pick<RunbookVersion, 'status' | 'mode'>): string {
  const word = modeWord(mode);
  return word === '' ? statusWord(status) : `${statusWord(status)} as ${word}`;
}

/** For JSON: words and not the numbers of the wire. */
export function versionBody({ ref, status, mode, appliedBy, appliedAt, reason }: RunbookVersion) {
  return {
    name: ref?.name,
    version: ref?.version,
    digest: ref?.digest,
    status: statusWord(status),
    mode: modeWord(mode) || undefined,
    appliedBy: actorText(appliedBy),
    appliedAt,
    reason,
  };
}
