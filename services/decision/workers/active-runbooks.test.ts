import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { Logger } from '#lib/logger.ts';
import { loadRunbook, loadRunbookTexts } from '#lib/runbook/load-runbook.ts';
import { toActiveRunbooks, versionReader } from '../handlers/registry/version-reader.ts';
import type { ActiveVersion, RunbookRegistry } from '../ports.ts';
import { type ActiveRunbooks, followActiveRunbooks } from './active-runbooks.ts';
import { startRegistry } from './start-registry.ts';

const source = readFileSync(new URL('../../../runbooks/restart-pod.yaml', import.meta.url), 'utf8');
const versionOf = (version: number, change: Partial<ActiveVersion> = {}): ActiveVersion => ({
  ...{ name: 'restart-pod', version, digest: `sha256:${version}`, source, mode: 'suggest' },
  ...change,
});

let stored: { revision: number; versions: readonly ActiveVersion[] } | Error;
let warnings: string[];
let clock: ManualClock;
let following: ActiveRunbooks | undefined;
beforeEach(() => {
  stored = { revision: 1, versions: [versionOf(1)] };
  warnings = [];
  clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
});
afterEach(() => following?.stop());

const registry = {
  active: async (known: number | undefined) => {
    if (stored instanceof Error) throw stored;
    return stored.revision === known ? undefined : stored;
  },
} as RunbookRegistry;
const logger = {
  info: () => {},
  warn: (fields: { reason: string }) => void warnings.push(fields.reason),
} as unknown as Logger;

async function follow(): Promise<ActiveRunbooks> {
  const read = versionReader();
  following = await followActiveRunbooks({
    registry,
    toRunbooks: (versions) => toActiveRunbooks(versions, read),
    clock,
    logger,
  });
  return following;
}

const numbers = ({ current }: ActiveRunbooks): number[] => current().map(({ version }) => version);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Whoever is about to sleep sleeps first. */
async function turn(ms: number): Promise<void> {
  await settle();
  await clock.advance(ms);
  await settle();
}

it('knows at once what it is told of, and the rest within seconds', async () => {
  const active = await follow();
  expect(numbers(active)).toEqual([1]);
  stored = { revision: 2, versions: [versionOf(2)] };
  active.poke();
  await turn(0);
  expect(numbers(active)).toEqual([2]);
  stored = { revision: 3, versions: [] };
  await turn(3_000);
  expect(numbers(active)).toEqual([]);
});

it('is the same array until something changes: what is compiled for it is compiled once', async () => {
  const active = await follow();
  const before = active.current();
  await turn(9_000);
  expect(active.current()).toBe(before);
});

it('goes on with what it knows while the store is away, says so once, and is not ready', async () => {
  const active = await follow();
  stored = new Error('the database cannot be reached');
  await turn(9_000);
  expect(numbers(active)).toEqual([1]);
  expect(warnings).toEqual(['the database cannot be reached']);
  expect(await active.check.check()).toMatchObject({
    ok: false,
    detail: expect.stringContaining('1 active'),
  });
  stored = { revision: 2, versions: [versionOf(2)] };
  await turn(3_000);
  expect(numbers(active)).toEqual([2]);
  expect(await active.check.check()).toEqual({ ok: true, detail: '1 active' });
});

it('takes no part of a set that it cannot read', async () => {
  const active = await follow();
  stored = { revision: 2, versions: [versionOf(2), versionOf(1, { name: 'b', source: 'kind: Other' })] };
  await turn(3_000);
  expect(numbers(active)).toEqual([1]);
  expect(warnings).toEqual(['b@1 does not load in this version of Belay']);
});

it('does not start without knowing what is active', async () => {
  stored = { revision: 1, versions: [versionOf(1, { source: 'kind: Other' })] };
  await expect(follow()).rejects.toMatchObject({ code: 'RUNBOOK_UNREADABLE' });
});

it('the digest of a decision is the registered one, and its mode the stricter of both', async () => {
  const [runbook] = (await follow()).current();
  const { digest } = loadRunbook(source, 'r.yaml').runbooks[0] ?? {};
  expect(runbook).toMatchObject({ mode: 'suggest', decisionMode: 'suggest', asksFor: 'auto_execute' });
  expect(runbook?.digest).toBe('sha256:1');
  expect(digest).not.toBe('sha256:1');
});

it('a start is refused for files that are to run on a log that would forget them, before they are registered', async () => {
  let isChanged = false;
  const changing = { ...registry, change: async () => (isChanged = true) } as unknown as RunbookRegistry;
  const loaded = loadRunbookTexts([{ file: 'r.yaml', text: source }]);
  const tooShort = new Error('the topic decision keeps 48 h');
  const start = startRegistry({
    ...{ registry: changing, read: versionReader(), loaded, clock, logger, onStart: 'activate' },
    checkRetention: async () => {
      throw tooShort;
    },
  });
  await expect(start).rejects.toBe(tooShort);
  expect(isChanged).toBe(false);
});
