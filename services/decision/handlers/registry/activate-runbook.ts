import type { ActivateRunbookRequest, ActivateRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { BelayError } from '#lib/errors.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { type Command, commandGiven } from '#lib/platform/command-given.ts';
import type { Problem } from '#lib/runbook/problem.ts';
import { activate, type Activation } from '../../domain/registry/activate.ts';
import { activeOf, type Refusal, type Version, versionOf } from '../../domain/registry/entry.ts';
import type { Origin, RegistryStep, RegistryView, VersionRecord } from '../../ports.ts';
import { newConflicts } from './new-conflicts.ts';
import { activeModeOf, toProblems, toRef, toRunbookVersion } from './proto-registry.ts';
import { refusalError, unknownVersion } from './refusal-error.ts';
import { registryEvents } from './registry-events.ts';
import type { RegistryOptions } from './registry-options.ts';
import { readable } from './version-reader.ts';

/** From the answer on, this instance decides with it. */
export async function activateRunbook(
  request: ActivateRunbookRequest,
  command: Command,
  call: CallContext,
  options: RegistryOptions,
): Promise<ActivateRunbookResponse> {
  const { registry, read, checkRetention, refresh } = options;
  const candidate = await findVersion(request, options);
  const runbook = readable(candidate, read);
  const wanted = activationOf(request, runbook.decisionMode);
  await checkRetention([runbook]);
  const origin = { who: call.actor, reason: request.reason, at: command.at };
  const answer = await registry.change<Answer>(origin, (view) => {
    const step = stepOf(view, { candidate, wanted, origin }, (joining) =>
      newConflicts(view.active, joining, read),
    );
    const result = RESULTS[step.answer.is];
    const said = result === undefined ? [] : [commandGiven({ ...command, at: view.at }, call, result)];
    return { ...step, events: [...step.events, ...said] };
  });
  if (answer.is === 'refused') throw refusalError(answer.refusal, request);
  if (answer.is === 'in_conflict')
    return { runbook: undefined, former: undefined, problems: toProblems(answer.problems) };
  await refresh();
  return {
    runbook: toRunbookVersion({ ...candidate, status: 'active', mode: wanted.mode }, runbook),
    former: answer.former && toRef({ name: request.name, ...answer.former }),
    problems: [],
  };
}

type Answer =
  | { readonly is: 'active'; readonly former: Version | undefined }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'in_conflict'; readonly problems: readonly Problem[] };

/** A refusal is thrown, and recorded where it is caught. */
const RESULTS: Readonly<Record<Answer['is'], string | undefined>> = {
  active: 'ok',
  refused: undefined,
  in_conflict: 'LINT_REFUSED',
};

interface Wanted {
  readonly candidate: VersionRecord;
  readonly wanted: Activation;
  readonly origin: Origin;
}

function stepOf(
  view: RegistryView,
  { candidate, wanted, origin }: Wanted,
  conflictsOf: (joining: readonly VersionRecord[]) => readonly Problem[],
): RegistryStep<Answer> {
  const before = view.entry(candidate.name);
  const next = activate(before, wanted, 'command');
  if (!next.ok) return { answer: { is: 'refused', refusal: next.refusal }, changed: [], events: [] };
  const problems = conflictsOf([candidate]);
  if (problems.length > 0) return { answer: { is: 'in_conflict', problems }, changed: [], events: [] };
  const was = activeOf(before);
  const answer: Answer = { is: 'active', former: was && versionOf(before, was.version) };
  const { entry, changes } = next;
  if (changes.length === 0) return { answer, changed: [], events: [] };
  const changed = [{ before, entry, changes, sources: new Map<string, string>() }];
  return { answer, changed, events: registryEvents(changed, { ...origin, at: view.at }) };
}

async function findVersion(
  { name, version }: ActivateRunbookRequest,
  { registry }: RegistryOptions,
): Promise<VersionRecord> {
  const versions = await registry.versions(name);
  const found = versions.find((record) => record.version === version);
  if (found) return found;
  throw unknownVersion(name, versions.length === 0 ? undefined : version);
}

function activationOf(
  { version, mode, seenVersion, seenMode }: ActivateRunbookRequest,
  asksFor: Activation['asksFor'],
): Activation {
  const [wanted, seen] = [activeModeOf(mode), activeModeOf(seenMode)];
  if (!wanted)
    throw new BelayError('invalid', 'no mode is given that a runbook can be active in', {
      code: 'MODE_MISSING',
      field: 'mode',
      next: 'give observe, manual, suggest, approval_required or auto_execute',
    });
  return {
    version,
    mode: wanted,
    asksFor,
    seen: seenVersion > 0 && seen ? { version: seenVersion, mode: seen } : undefined,
  };
}
