import type { DecisionMode } from '#lib/runbook/runbook.ts';
import {
  type Active,
  type ActiveMode,
  activeOf,
  type Change,
  type Chooser,
  type Entry,
  type Refusal,
  type Transition,
  type Version,
  versionOf,
} from './entry.ts';
import { isFreerThan } from './modes.ts';

export interface Activation {
  readonly version: number;
  readonly mode: ActiveMode;
  /** What the runbook itself asks for. */
  readonly asksFor: DecisionMode;
  /** What was active when whoever wants it looked. */
  readonly seen: Active | undefined;
}

/** Compare and set: of several who saw the same, one wins, and the others hear what is active now. */
export function activate(entry: Entry, wanted: Activation, by: Chooser): Transition {
  const found = versionOf(entry, wanted.version);
  if (!found) return refused({ code: 'unknown_version' });
  const active = activeOf(entry);
  if (!isSame(active, wanted.seen)) return refused({ code: 'changed_meanwhile', active });
  if (found.status === 'archived') return refused({ code: 'archived', version: found.version });
  if (isFreerThan(wanted.mode, wanted.asksFor)) return refused({ code: 'too_free', asksFor: wanted.asksFor });
  if (isSame(active, wanted)) return { ok: true, entry, changes: [] };
  return {
    ok: true,
    entry: {
      ...entry,
      versions: entry.versions.map((version) => withStatus(version, found)),
      mode: wanted.mode,
      chosenBy: by,
    },
    changes: [
      ...formerOf(entry, found),
      { version: found.version, digest: found.digest, type: 'activated', mode: wanted.mode },
    ],
  };
}

const refused = (refusal: Refusal): Transition => ({ ok: false, refusal });

const isSame = (a: Active | undefined, b: Active | undefined): boolean =>
  a?.version === b?.version && a?.mode === b?.mode;

function withStatus(version: Version, activated: Version): Version {
  if (version === activated) return { ...version, status: 'active' };
  return version.status === 'active' ? { ...version, status: 'deprecated' } : version;
}

/** Another mode of the same version deprecates nothing. */
function formerOf({ versions }: Entry, activated: Version): readonly Change[] {
  return versions
    .filter((version) => version.status === 'active' && version !== activated)
    .map(({ version, digest }) => ({ version, digest, type: 'deprecated' }));
}
