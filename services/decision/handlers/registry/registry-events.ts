import type { ControlSet, RunbookActive } from '#gen/belay/v1/control.ts';
import { runbookKey } from '#lib/control/control-key.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import { activeOf, type Change, versionOf } from '../../domain/registry/entry.ts';
import type { ChangedEntry, Origin } from '../../ports.ts';
import { toProtoMode } from '../to-proto.ts';

/** What is said about changes: each of them to history, and what is active now to everybody who follows it. */
export const registryEvents = (changed: readonly ChangedEntry[], origin: Origin): readonly OutgoingEvent[] =>
  changed.flatMap((entry) => [
    ...entry.changes.map((change) => runbookChanged(entry, change, origin)),
    ...controlsOf(entry, origin),
  ]);

function runbookChanged(
  { entry }: ChangedEntry,
  { version, digest, type, mode }: Change,
  { who, reason, at }: Origin,
): OutgoingEvent {
  return outgoing('RunbookChanged', {
    actor: toActor(who),
    runbook: { name: entry.name, version, digest },
    change: type,
    reason,
    changedAt: at,
    mode: toProtoMode(mode),
  });
}

/** Drafts are nobody's business but history's. */
function controlsOf(changed: ChangedEntry, { who, reason, at }: Origin): readonly OutgoingEvent[] {
  const value = activeSetting(changed);
  if (!value) return [];
  const control: ControlSet = {
    key: runbookKey(changed.entry.name),
    setting: { $case: 'runbookActive', value },
    actor: toActor(who),
    reason,
    setAt: at,
  };
  return [outgoing('ControlSet', control)];
}

function activeSetting({ before, entry }: ChangedEntry): RunbookActive | undefined {
  const [was, is] = [activeOf(before), activeOf(entry)];
  if (was?.version === is?.version && was?.mode === is?.mode) return undefined;
  const told = is ?? was;
  const version = told && versionOf(entry, told.version);
  if (!version) return undefined;
  const runbook = { name: entry.name, version: version.version, digest: version.digest };
  return { runbook, mode: toProtoMode(is?.mode), lifted: is === undefined };
}
