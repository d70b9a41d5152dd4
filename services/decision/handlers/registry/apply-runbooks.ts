import {
  AppliedAs,
  type AppliedRunbook,
  type ApplyRunbooksRequest,
  type ApplyRunbooksResponse,
} from '#gen/belay/v1/runbook_service.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { type Command, commandGiven } from '#lib/platform/command-given.ts';
import { lintRunbooks } from '#lib/runbook/lint-runbooks.ts';
import { type LoadResult, loadRunbookTexts } from '#lib/runbook/load-runbook.ts';
import { sortProblems } from '#lib/runbook/problem.ts';
import { type Applied, applyAll } from './apply-all.ts';
import { toProblems, toProtoStatus, toRef } from './proto-registry.ts';
import { registryEvents } from './registry-events.ts';
import type { RegistryOptions } from './registry-options.ts';

/** All of the texts as drafts, or none of them. A dry run says the same and leaves no trace. */
export async function applyRunbooks(
  { texts, dryRun, reason }: ApplyRunbooksRequest,
  call: CallContext,
  { registry, publish, clock }: RegistryOptions,
): Promise<ApplyRunbooksResponse> {
  const at = clock.now();
  const loaded = loadRunbookTexts(texts);
  const found = [...loaded.problems, ...lintRunbooks(loaded.runbooks, { places: loaded.places, now: at })];
  const problems = toProblems(sortProblems(found));
  const command = commandFor(loaded, reason, at);
  if (problems.some(({ severity }) => severity === 'error')) {
    if (!dryRun) await publish([commandGiven(command, call, 'RUNBOOKS_INVALID')]);
    return { runbooks: [], problems };
  }
  const origin = { who: call.actor, reason, at };
  const applied = await registry.change(origin, (view) => {
    const answer = applyAll(view, loaded, 'command');
    if (dryRun) return { answer, changed: [], events: [] };
    const changed = answer.map((one) => one.changed).filter(({ changes }) => changes.length > 0);
    const said = registryEvents(changed, { ...origin, at: view.at });
    return { answer, changed, events: [...said, commandGiven(command, call)] };
  });
  return { runbooks: applied.map((one) => toApplied(one, loaded)), problems };
}

const commandFor = ({ runbooks }: LoadResult, reason: string, at: Date): Command => ({
  name: 'RunbookService/ApplyRunbooks',
  subject: runbooks.map(({ name }) => name).join(', '),
  reason,
  at,
});

function toApplied({ runbook, version, changed }: Applied, { places }: LoadResult): AppliedRunbook {
  const type = changed.changes[0]?.type;
  const known = type === 'restored' ? AppliedAs.RESTORED : AppliedAs.UNCHANGED;
  return {
    file: places.get(runbook)?.([]).file ?? '',
    ref: toRef({ name: runbook.name, ...version }),
    appliedAs: type === 'applied' ? AppliedAs.NEW : known,
    status: toProtoStatus(version.status),
  };
}
