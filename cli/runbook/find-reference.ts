import { existsSync } from 'node:fs';
import type { GetRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { BelayError } from '#lib/errors.ts';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import { formatProblem } from '#lib/runbook/problem.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Session } from '../frame/session.ts';
import { findRunbooks } from './find-runbooks.ts';
import { callRegistry, registryContext, versionNameOf } from './registry.ts';
import { stateText } from './registry-words.ts';

export interface FoundReference {
  readonly runbooks: readonly Runbook[];
  /** Where they were found, for people. */
  readonly from: string;
  readonly registered: GetRunbookResponse | undefined;
}

/** A file, a folder, NAME or NAME@V of the registry, or, where nothing runs, the name of one that ships. */
export async function findReference(reference: string, session: Session): Promise<FoundReference> {
  const isPath = existsSync(reference) || /[/\\.]/.test(reference);
  const context = isPath ? undefined : await contextFor(reference, session);
  if (context !== undefined) return inRegistry(reference, context, session);
  const runbooks = await findRunbooks(reference);
  const from = isPath ? reference : `${reference}: ships with this version`;
  return { runbooks, from, registered: undefined };
}

/** Versions are the registry's: where one is named, nothing else will do. */
async function contextFor(reference: string, session: Session): Promise<string | undefined> {
  if (versionNameOf(reference).version === 0) return registryContext(session);
  return (await session.connection()).context;
}

async function inRegistry(reference: string, context: string, session: Session): Promise<FoundReference> {
  const registered = await callRegistry(session, (client) => client.getRunbook(versionNameOf(reference)));
  const { runbook, source } = registered;
  const { ref } = runbook ?? {};
  const name = `${ref?.name}@${ref?.version}`;
  const { runbooks, problems } = loadRunbook(source, name);
  if (runbooks.length === 0)
    throw new BelayError('invalid', `${name} does not load in this version`, {
      code: 'RUNBOOKS_INVALID',
      why: problems.map(formatProblem).join('\n'),
      next: `its text: belay runbook show ${name} --source`,
    });
  const state = runbook ? `, ${stateText(runbook)}` : '';
  return { runbooks, from: `${name}: registry of context ${context}${state}`, registered };
}
