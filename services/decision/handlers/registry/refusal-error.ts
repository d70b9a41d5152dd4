import { BelayError } from '#lib/errors.ts';
import type { Active, Refusal } from '../../domain/registry/entry.ts';

interface Wanted {
  readonly name: string;
  /** Undefined: the active one, or all of them. */
  readonly version: number | undefined;
}

/** The registry's no in words. */
export function refusalError(refusal: Refusal, { name, version }: Wanted): BelayError {
  const what = version === undefined ? name : `${name}@${version}`;
  switch (refusal.code) {
    case 'unknown_runbook':
      return unknownVersion(name, undefined);
    case 'unknown_version':
      return unknownVersion(name, version);
    case 'changed_meanwhile':
      return changedMeanwhile(name, refusal.active);
    case 'archived':
      return new BelayError('conflict', `${what} is archived`, {
        code: 'VERSION_ARCHIVED',
        why: 'what was put away does not run again unseen',
        next: 'apply its text again: it becomes a draft',
      });
    case 'too_free':
      return new BelayError('invalid', `${what} asks for ${refusal.asksFor}, and the mode would allow more`, {
        code: 'MODE_TOO_FREE',
        field: 'mode',
        next: `activate it in ${refusal.asksFor} or less, or apply a text that asks for more`,
      });
    case 'none_active':
      return new BelayError('conflict', `no version of ${name} is active`, {
        code: 'NONE_ACTIVE',
        next: `belay runbook history ${name}`,
      });
    case 'still_active':
      return new BelayError('conflict', `${name}@${refusal.version} is active`, {
        code: 'STILL_ACTIVE',
        why: 'what runs is not put away',
        next: `belay runbook deprecate ${name}, and then archive it`,
      });
  }
}

export function unknownVersion(name: string, version: number | undefined): BelayError {
  const what = version === undefined ? `runbook ${name}` : `version ${name}@${version}`;
  return new BelayError('not_found', `no ${what} is registered`, {
    code: version === undefined ? 'RUNBOOK_NOT_FOUND' : 'VERSION_NOT_FOUND',
    field: version === undefined ? 'name' : 'version',
    next: version === undefined ? 'belay runbook list' : `belay runbook history ${name}`,
  });
}

function changedMeanwhile(name: string, active: Active | undefined): BelayError {
  const now = active
    ? `${name}@${active.version} is active as ${active.mode}`
    : `no version of ${name} is active`;
  return new BelayError('conflict', `not activated: ${now} by now`, {
    code: 'ACTIVE_CHANGED',
    why: 'somebody has changed it since you looked',
    next: `belay runbook history ${name}`,
  });
}
