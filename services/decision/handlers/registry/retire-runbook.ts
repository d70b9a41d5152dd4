import type { CallContext } from '#lib/grpc/service-methods.ts';
import { type Command, commandGiven } from '#lib/platform/command-given.ts';
import type { Entry, Transition } from '../../domain/registry/entry.ts';
import type { Origin, RegistryStep, RegistryView, VersionRecord } from '../../ports.ts';
import { refusalError } from './refusal-error.ts';
import { registryEvents } from './registry-events.ts';
import type { RegistryOptions } from './registry-options.ts';

interface Retirement {
  readonly name: string;
  /** Undefined: what the command takes for none. */
  readonly version: number | undefined;
  /** Deprecation or archival. */
  readonly retire: (entry: Entry) => Transition;
}

/** The versions that it was about, as they are after it. */
export async function retireRunbook(
  retirement: Retirement,
  command: Command,
  call: CallContext,
  { registry, refresh }: RegistryOptions,
): Promise<readonly VersionRecord[]> {
  const { name, version } = retirement;
  const origin = { who: call.actor, reason: command.reason, at: command.at };
  const answer = await registry.change(origin, (view) => {
    const step = stepOf(view, retirement, origin);
    if (!step.answer.ok) return step;
    return { ...step, events: [...step.events, commandGiven({ ...command, at: view.at }, call)] };
  });
  if (!answer.ok) throw refusalError(answer.refusal, { name, version });
  await refresh();
  const moved = new Set(version === undefined ? answer.changes.map((change) => change.version) : [version]);
  const all = await registry.versions(name);
  // Where all of them were put away already, nothing has moved.
  return moved.size === 0 ? all : all.filter((record) => moved.has(record.version));
}

function stepOf(view: RegistryView, { name, retire }: Retirement, origin: Origin): RegistryStep<Transition> {
  const before = view.entry(name);
  const next: Transition =
    before.versions.length === 0 ? { ok: false, refusal: { code: 'unknown_runbook' } } : retire(before);
  if (!next.ok || next.changes.length === 0) return { answer: next, changed: [], events: [] };
  const { entry, changes } = next;
  const changed = [{ before, entry, changes, sources: new Map<string, string>() }];
  return { answer: next, changed, events: registryEvents(changed, { ...origin, at: view.at }) };
}
