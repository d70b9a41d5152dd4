import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '#lib/clock.ts';
import type { Logger } from '#lib/logger.ts';
import { loadStartRunbooks } from './load-start-runbooks.ts';

const SHIPPED = new URL('../../../runbooks', import.meta.url).pathname;
const RESTART = readFileSync(join(SHIPPED, 'restart-pod.yaml'), 'utf8');

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-start-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const logger = {
    info: () => {},
    warn: (_fields: object, message: string) => void warnings.push(message),
  } as unknown as Logger;
  const clock = new ManualClock(new Date('2026-03-03T03:12:00Z'));
  return loadStartRunbooks([folder], { logger, clock });
}

const refused = (code: RegExp): unknown =>
  expect.objectContaining({
    kind: 'invalid',
    code: 'RUNBOOKS_INVALID',
    message: expect.stringMatching(code),
    next: expect.stringContaining(`belay runbook lint ${folder}`),
  });

it('does not start with two runbooks that an incident could not choose between', async () => {
  const rival = RESTART.replace('name: restart-pod', 'name: restart-pod-too');
  const message = /b\.yaml:\d+:\d+ spec\.triggers\..*matches .* as well/;
  await expect(load({ 'a.yaml': RESTART, 'b.yaml': rival })).rejects.toEqual(refused(message));
});

it('does not start with two runbooks of one name, nor with none', async () => {
  await expect(load({})).rejects.toEqual(refused(/no runbook file/));
  await expect(load({ 'a.yaml': RESTART, 'b.yaml': RESTART })).rejects.toEqual(refused(/there already is/));
});

it('starts with what is only worth a warning, and says it', async () => {
  const due = RESTART.replace(/^spec:$/m, 'spec:\n  reviewBy: 2025-01-01');
  expect((await load({ 'a.yaml': due })).runbooks).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(/a\.yaml:\d+:\d+ spec\..*warning: /)]);
});

it('starts with the catalogue that ships', async () => {
  const logger = { info: () => {}, warn: () => {} } as unknown as Logger;
  expect(
    (await loadStartRunbooks([SHIPPED], { logger, clock: new ManualClock(new Date()) })).runbooks.length,
  ).toBeGreaterThan(5);
});
