import { expect, it } from 'vitest';
import type { CommandGiven } from '#gen/belay/v1/audit.ts';
import { Mode } from '#gen/belay/v1/common.ts';
import { ManualClock } from '#lib/clock.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { permits, type Role } from '#lib/identity/identity.ts';
import { newEntry } from '../../domain/registry/entry.ts';
import type { RunbookRegistry } from '../../ports.ts';
import { configSchema } from '../../config.ts';
import { runbookAccess, runbookSchemas, runbookService } from './runbook-service.ts';
import { versionReader } from './version-reader.ts';

const now = new Date('2026-03-03T03:12:00Z');
const call = {
  actor: { kind: 'human', name: 'maria', roles: ['operator'], groups: [] },
  requestId: 'r-1',
} as unknown as CallContext;

/** A registry in which there is nothing. */
const empty = {
  change: async (_: unknown, step: (view: object) => { answer: unknown }) =>
    step({ at: now, entry: newEntry, active: [] }).answer,
  versions: async () => [],
  history: async () => [],
} as unknown as RunbookRegistry;

function world(publishing: () => Promise<void> = async () => {}) {
  const published: OutgoingEvent[] = [];
  const rpc = runbookService({
    registry: empty,
    read: versionReader(),
    evidence: { newest: async () => [], versions: async () => [] },
    active: () => [],
    criteria: configSchema.shape.policy.parse(undefined).proposals,
    publish: async (events) => {
      for (const event of events) encodeEvent(event, 'belay/decision');
      published.push(...events);
      await publishing();
    },
    clock: new ManualClock(now),
    checkRetention: async () => {},
    refresh: async () => {},
    runs: () => {
      throw new Error('nothing runs here');
    },
  });
  return { rpc, commands: () => published.map(({ data }) => data as CommandGiven) };
}

const named = { name: 'no-such', version: 1, reason: 'drill' };
const activation = { ...named, mode: Mode.OBSERVE, seenVersion: 0, seenMode: 0 } as const;

it('what was refused is history, with who asked, why, and the code of the refusal', async () => {
  const { rpc, commands } = world();
  await expect(rpc.activateRunbook(activation, call)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(rpc.deprecateRunbook({ ...named, version: 0 }, call)).rejects.toMatchObject({
    kind: 'not_found',
  });
  await expect(rpc.archiveRunbook(named, call)).rejects.toMatchObject({ kind: 'not_found' });
  const texts = [{ file: 'r.yaml', text: 'kind: Other' }];
  await rpc.applyRunbooks({ texts, dryRun: false, reason: 'drill' }, call);
  await rpc.applyRunbooks({ texts, dryRun: true, reason: '' }, call);
  expect(commands().map(({ command, subject, result }) => [command, subject, result])).toEqual([
    ['RunbookService/ActivateRunbook', 'no-such@1', 'RUNBOOK_NOT_FOUND'],
    ['RunbookService/DeprecateRunbook', 'no-such', 'RUNBOOK_NOT_FOUND'],
    ['RunbookService/ArchiveRunbook', 'no-such@1', 'RUNBOOK_NOT_FOUND'],
    ['RunbookService/ApplyRunbooks', '', 'RUNBOOKS_INVALID'],
  ]);
  expect(commands()[0]).toMatchObject({ actor: { name: 'maria' }, reason: 'drill' });
});

it('a log that is away keeps nobody from hearing the refusal', async () => {
  const { rpc } = world(() => Promise.reject(new Error('away')));
  await expect(rpc.activateRunbook(activation, call)).rejects.toMatchObject({ code: 'RUNBOOK_NOT_FOUND' });
});

it('viewers read, responders run, and only operators change', () => {
  const holder = (role: Role) => ({ kind: 'human', name: 'x', roles: [role], groups: [] }) as const;
  const open = (role: Role) =>
    Object.entries(runbookAccess).flatMap(([rpc, access]) => (permits(holder(role), access) ? [rpc] : []));
  expect(open('viewer')).toEqual(['listRunbooks', 'getRunbook', 'getRunbookHistory', 'listProposals']);
  expect(open('responder')).toEqual([...open('viewer'), 'runRunbook']);
  expect(open('approver')).toEqual(open('responder'));
  expect(open('operator')).toHaveLength(9);
});

const texts = [{ file: 'r.yaml', text: 'x' }];

it.each<[string, keyof typeof runbookSchemas, object]>([
  ['no reason', 'activateRunbook', { ...activation, reason: ' ' }],
  ['a reason that reads otherwise than it is', 'deprecateRunbook', { ...named, reason: 'a\u202eb' }],
  ['no version to activate', 'activateRunbook', { ...activation, version: 0 }],
  ['no name', 'archiveRunbook', { ...named, name: '' }],
  ['a name of two lines', 'getRunbook', { name: 'a\nb', version: 0 }],
  ['nothing to apply', 'applyRunbooks', { texts: [], dryRun: false, reason: 'x' }],
  ['no reason to apply', 'applyRunbooks', { texts, dryRun: false, reason: '' }],
  [
    'a text with a control character',
    'applyRunbooks',
    { texts: [{ file: 'r', text: '\u0000' }], dryRun: true, reason: '' },
  ],
])('a request with %s is refused', (_, rpc, request) => {
  expect(runbookSchemas[rpc]?.safeParse(request).success).toBe(false);
});

it('a dry run needs no reason', () => {
  const schema = runbookSchemas.applyRunbooks;
  expect(schema?.safeParse({ texts, dryRun: true, reason: '' }).success).toBe(true);
  expect(schema?.safeParse({ texts, dryRun: false, reason: 'x' }).success).toBe(true);
});
