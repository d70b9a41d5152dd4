import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { requireCommand, requireInstalled, versions } from './cache.ts';

const script = fileURLToPath(new URL('./install.ts', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'belay-lab-install-'));
afterAll(() => rmSync(cache, { recursive: true }));

describe('npm run lab:install', () => {
  it('brings a tool once, also when two ask for it at the same time', async () => {
    const runs = await Promise.all([install(['toxiproxy']), install(['toxiproxy'])]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const output = runs.map(({ stdout }) => stdout).sort();
    expect(output).toEqual([
      expect.stringMatching(/^have /),
      expect.stringMatching(/^install .*\n.*: [\d.]+ s/),
    ]);
    expect(readdirSync(cache).sort()).toEqual([`toxiproxy-${versions.toxiproxy}`, 'toxiproxy.log']);
  });

  it('says what is missing and how to get it, for each tool, and fails', async () => {
    const { code, stderr } = await install(['kafka', 'kwok', 'redis'], { PATH: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/missing {2}kafka [\d.]+: needs Java 17 or newer: https:/);
    expect(stderr).toMatch(/missing {2}kwok [\d.]+: needs Go 1.21 or newer: https:/);
    expect(stderr).toMatch(/missing {2}redis-server: needs redis-server: apt-get install redis-server/);
  });

  it('knows its tools', async () => {
    const { code, stderr } = await install(['kafak']);
    expect(code).toBe(2);
    expect(stderr).toContain('unknown: kafak');
  });
});

describe('a server whose tool is missing', () => {
  it('says what to run', () => {
    vi.stubEnv('BELAY_LAB_CACHE', join(cache, 'nothing'));
    expect(() => requireInstalled('kafka')).toThrow('run npm run lab:install');
    expect(() => requireCommand('no-such-program')).toThrow('run npm run lab:install');
    vi.unstubAllEnvs();
  });
});

function install(names: readonly string[], env: Record<string, string> = {}) {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const options = { env: { ...process.env, BELAY_LAB_CACHE: cache, ...env } };
  execFile(process.execPath, [script, ...names], options, (error, stdout, stderr) => {
    resolve({ code: error ? error.code : 0, stdout, stderr });
  });
  return promise;
}
