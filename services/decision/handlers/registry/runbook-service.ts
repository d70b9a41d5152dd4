import { z } from 'zod';
import type { RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { AccessRules, CallContext, Handlers, RequestSchemas } from '#lib/grpc/service-methods.ts';
import { type Command, recordRefused } from '#lib/platform/command-given.ts';
import { line, reason as anyReason, text } from '#lib/text-rules.ts';
import { archive, deprecate } from '../../domain/registry/retire.ts';
import { type RunOptions, runRunbook } from '../runs/run-runbook.ts';
import { runRequest } from '../runs/run-request.ts';
import { activateRunbook } from './activate-runbook.ts';
import { applyRunbooks } from './apply-runbooks.ts';
import { toRunbookVersion } from './proto-registry.ts';
import { listProposals } from './list-proposals.ts';
import { getRunbook, getRunbookHistory, listRunbooks } from './read-runbooks.ts';
import type { RegistryOptions } from './registry-options.ts';
import { retireRunbook } from './retire-runbook.ts';

type Service = typeof RunbookServiceService;

/** Everybody may know what runs; what it is, is for operators. */
export const runbookAccess: AccessRules<Service> = {
  applyRunbooks: 'operator',
  listRunbooks: 'viewer',
  getRunbook: 'viewer',
  getRunbookHistory: 'viewer',
  listProposals: 'viewer',
  activateRunbook: 'operator',
  deprecateRunbook: 'operator',
  archiveRunbook: 'operator',
  // As for a report that would start it: it runs by itself only where the runbook may, at low risk.
  runRunbook: 'responder',
};

const LONGEST_NAME = 253;
const MOST_TEXTS = 500;
const LONGEST_TEXT = 524_288;

const reason = anyReason.refine((given) => given.trim() !== '', {
  error: 'is missing: whoever is woken by what a runbook did has to know why it runs',
});
const name = line(LONGEST_NAME).min(1, 'is missing');
const version = z.int().min(1, 'is missing');
const optionalVersion = z.int().min(0, 'is negative');
const texts = z
  .array(z.looseObject({ file: line(1_000).min(1, 'is missing'), text: text(LONGEST_TEXT) }))
  .min(1, 'is empty')
  .max(MOST_TEXTS, `has more than ${MOST_TEXTS} entries`);
const filter = line(LONGEST_NAME);

export const runbookSchemas: RequestSchemas<Service> = {
  // A dry run changes nothing, so it needs no reason.
  applyRunbooks: z.union([
    z.looseObject({ dryRun: z.literal(true), texts, reason: anyReason }),
    z.looseObject({ texts, reason }),
  ]),
  listRunbooks: z.looseObject({ type: filter, tag: filter, owner: filter, trigger: filter }),
  getRunbook: z.looseObject({ name, version: optionalVersion }),
  getRunbookHistory: z.looseObject({ name }),
  listProposals: z.looseObject({ runbook: filter }),
  activateRunbook: z.looseObject({ name, version, reason, seenVersion: optionalVersion }),
  deprecateRunbook: z.looseObject({ name, version: optionalVersion, reason }),
  archiveRunbook: z.looseObject({ name, version: optionalVersion, reason }),
  runRunbook: runRequest,
};

export interface RunbookServiceOptions extends RegistryOptions {
  /** Known once the service has started. */
  readonly runs: () => Omit<RunOptions, 'registry' | 'read'>;
}

export function runbookService(options: RunbookServiceOptions): Handlers<Service> {
  const given = (
    rpc: string,
    { name, version, reason }: { readonly name: string; readonly version: number; readonly reason: string },
  ): Command => ({
    name: `RunbookService/${rpc}`,
    subject: version === 0 ? name : `${name}@${version}`,
    reason,
    at: options.clock.now(),
  });
  const recorded = <T>(command: Command, call: CallContext, run: () => Promise<T>) =>
    recordRefused(command, call, options.publish, run);
  return {
    applyRunbooks: (request, call) => applyRunbooks(request, call, options),
    listRunbooks: (request) => listRunbooks(request, options),
    getRunbook: (request) => getRunbook(request, options),
    getRunbookHistory: (request) => getRunbookHistory(request, options),
    listProposals: (request) => listProposals(request, options),
    activateRunbook: (request, call) => {
      const command = given('ActivateRunbook', request);
      return recorded(command, call, () => activateRunbook(request, command, call, options));
    },
    deprecateRunbook: async (request, call) => {
      const command = given('DeprecateRunbook', request);
      const version = request.version || undefined;
      const retirement = { name: request.name, version, retire: deprecateBy(version) };
      const [record] = await recorded(command, call, () => retireRunbook(retirement, command, call, options));
      return { runbook: record && toRunbookVersion(record) };
    },
    archiveRunbook: async (request, call) => {
      const command = given('ArchiveRunbook', request);
      const version = request.version || undefined;
      const retirement = { name: request.name, version, retire: archiveBy(version) };
      const records = await recorded(command, call, () => retireRunbook(retirement, command, call, options));
      return { runbooks: records.map((record) => toRunbookVersion(record)) };
    },
    runRunbook: (request, call) => {
      const command = given('RunRunbook', request);
      return recorded(command, call, () =>
        runRunbook(request, command, call, { ...options, ...options.runs() }),
      );
    },
  };
}

type Retire = Parameters<typeof retireRunbook>[0]['retire'];

const deprecateBy =
  (version: number | undefined): Retire =>
  (entry) =>
    deprecate(entry, version, 'command');
const archiveBy =
  (version: number | undefined): Retire =>
  (entry) =>
    archive(entry, version, 'command');
