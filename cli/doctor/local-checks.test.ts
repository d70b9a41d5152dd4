import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { createLocalToken } from '#lib/identity/local-token.ts';
import { writeUpFile } from '../connection/up-file.ts';
import { emptyFolder, removeFolders } from '../fixtures/run-belay.ts';
import { localChecks } from './local-checks.ts';

afterAll(removeFolders);

let dataDir: string;
beforeEach(() => {
  dataDir = emptyFolder();
});

const look = (name: string, dir = dataDir) =>
  localChecks({ dataDir: dir, clock: systemClock }).find((check) => check.name === name);

function startedBy(pid: number): void {
  const endpoints = {
    grpcEndpoint: '127.0.0.1:1',
    opsEndpoint: 'http://127.0.0.1:2',
    httpEndpoint: 'http://127.0.0.1:3',
  };
  writeUpFile(dataDir, { pid, startedAt: new Date('2026-03-03T03:12:00Z'), version: '1', ...endpoints });
}

describe('this machine', () => {
  it.each([
    ['22.18.0', true],
    ['24.0.0', true],
    ['22.17.9', false],
    ['20.20.2', false],
  ])('with Node %s: %s', (nodeVersion, ok) => {
    expect(localChecks({ clock: systemClock, nodeVersion })).toMatchObject([{ name: 'node', ok }]);
  });

  it('is fine before the first up, but for that', () => {
    const checks = localChecks({ dataDir: join(dataDir, 'none'), clock: systemClock });
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([
      { name: 'up', detail: 'none runs here', fix: 'belay up' },
    ]);
  });

  it('says how to start the one that is meant', () => {
    const options = { dataDir: join(dataDir, 'none'), start: 'belay up --data-dir ./x', clock: systemClock };
    expect(localChecks(options).find(({ name }) => name === 'up')).toMatchObject({
      fix: 'belay up --data-dir ./x',
    });
  });

  it('keeps its data from others', () => {
    expect(look('data directory')).toMatchObject({ ok: true });
    chmodSync(dataDir, 0o755);
    expect(look('data directory')).toMatchObject({
      ok: false,
      detail: 'mode 0755 opens it to others',
      fix: `chmod 700 ${dataDir}`,
    });
  });

  it('has a directory where the data should be', () => {
    writeFileSync(join(dataDir, 'file'), '');
    expect(look('data directory', join(dataDir, 'file'))).toMatchObject({
      ok: false,
      detail: 'is not a directory',
    });
  });

  it('keeps its token from others, and does not show it', () => {
    const token = createLocalToken(dataDir);
    expect(look('token')).toMatchObject({ ok: true });
    chmodSync(join(dataDir, 'token'), 0o640);
    expect(look('token')).toMatchObject({ ok: false, detail: 'its mode 0640 opens it to others' });
    expect(JSON.stringify(look('token'))).not.toContain(token);
  });

  it('is told when its clock is behind what was recorded with it', () => {
    mkdirSync(join(dataDir, 'bus'));
    const log = join(dataDir, 'bus', 'log.db');
    writeFileSync(log, '');
    expect(look('clock')).toMatchObject({ ok: true });
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(log, later, later);
    expect(look('clock')).toMatchObject({ ok: false, fix: expect.stringContaining('set the clock') });
  });

  it('says since when a system runs, or that one ended without saying so', () => {
    startedBy(process.pid);
    expect(look('up')).toMatchObject({ ok: true, since: new Date('2026-03-03T03:12:00Z') });
    startedBy(2 ** 22 + 1);
    expect(look('up')).toMatchObject({ ok: false, detail: 'process 4194305 ended without saying so' });
    writeFileSync(join(dataDir, 'up.json'), '{');
    expect(look('up')).toMatchObject({ ok: false, fix: expect.stringContaining('remove it') });
  });
});
