import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { version } from '#lib/version.ts';
import { collect, emptyFolder, removeFolders, runBelay, startBelay } from './fixtures/run-belay.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const npm = { npm_command: 'exec' };

describe('belay', () => {
  it('prints data to stdout and nothing else there', async () => {
    const { code, stdout, stderr } = await runBelay(['version', '-o', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ apiVersion: 'belay/v1', kind: 'Version', version });
  });

  it('refuses what it does not know with 2, on stderr alone, and repeats itself as it was started', async () => {
    expect(await runBelay(['verison'], { env: npm })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "error: unknown command 'verison'\n  next: did you mean version? See npx --no belay --help\n  code: USAGE\n",
    });
  });

  it('lists the services when one is meant that does not exist', async () => {
    const { code, stderr } = await runBelay(['serve', 'decison', '--config', 'x.yaml']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: command-argument value 'decison' is invalid for argument 'service'. Allowed choices are " +
        'detector-adapter, decision, executor, verifier, audit.\n' +
        '  next: did you mean decision? See belay serve --help\n  code: USAGE\n',
    );
  });

  it.each(['engage', 'release'])(
    'does not take an empty target for all of them: kill-switch %s',
    async (verb) => {
      const { code, stderr } = await runBelay(['kill-switch', verb, '--reason', 'drill', '--target', '']);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--target is empty'),
      });
    },
  );

  it('wants a configuration to serve', async () => {
    const { code, stderr } = await runBelay(['serve', 'decision']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "error: required option '--config <file>' not specified\n  next: belay serve --help\n  code: USAGE\n",
    });
  });

  it('says how to start when nothing runs, with 7', async () => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = await runBelay(['doctor'], { cwd, env: npm });
    expect(code).toBe(7);
    expect(stdout).toMatch(/^SERVICE +CHECK +RESULT +DETAIL +FIX\nthis machine +node +ok/);
    expect(stdout).toMatch(/this machine +up +WRONG +none runs here +npx --no belay up\n$/);
    expect(stderr).toBe(
      `error: no Belay runs here\n  why:  there is no ${cwd}/.belay/up.json\n` +
        '  next: npx --no belay up\n  code: NOT_RUNNING\n',
    );
  });

  it('ends with 5 for a context that nobody has named', async () => {
    expect(await runBelay(['doctor', '--context', 'prod'])).toMatchObject({ code: 5, stdout: '' });
  });

  it('ends with 7 when nothing answers, and with 2 for a configuration that is none', async () => {
    const cwd = emptyFolder();
    const nowhere = {
      bus: { kind: 'kafka', brokers: ['127.0.0.1:1'] },
      sql: { kind: 'postgres', url: 'postgres://127.0.0.1:1/x' },
    };
    writeFileSync(join(cwd, 'nowhere.yaml'), JSON.stringify(nowhere));
    writeFileSync(join(cwd, 'bad.yaml'), 'bus: {kind: kafkaa}\n');
    const [away, bad] = await Promise.all([
      runBelay(['doctor', '--config', 'nowhere.yaml', '--timeout', '5s'], { cwd }),
      runBelay(['doctor', '--config', 'bad.yaml'], { cwd }),
    ]);
    expect(away).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('nothing that nowhere.yaml names answers'),
    });
    expect(bad).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('did you mean kafka?'),
    });
  });

  it('shows no stack unless it is asked for', async () => {
    const args = ['doctor', '--context', 'prod'];
    const [plain, debug] = await Promise.all([runBelay(args), runBelay(args, { env: { BELAY_DEBUG: '1' } })]);
    expect(plain.stderr).not.toContain('    at ');
    expect(debug.stderr).toContain('    at ');
  });

  it('does not mind a reader that has had enough', async () => {
    const child = startBelay(['completion', 'zsh']);
    child.stdout.destroy();
    const output = collect(child);
    await once(child, 'exit');
    expect({ code: child.exitCode, stderr: output().stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('colours what is no terminal only when told to', async () => {
    const [plain, coloured] = await Promise.all([
      runBelay(['doctor']),
      runBelay(['doctor', '--color', 'always']),
    ]);
    expect(plain.stdout).not.toContain('\u001b');
    expect(coloured.stdout).toContain('\u001b[32mok\u001b[39m');
  });

  it('is quick because it loads its parser, and for the rest what the command needs', async () => {
    const hooks = `
      import { registerHooks } from 'node:module';
      import { writeSync } from 'node:fs';
      registerHooks({ load: (url, context, next) => (writeSync(2, url + '\\n'), next(url, context)) });`;
    const tell = `data:text/javascript,${encodeURIComponent(hooks)}`;
    const { code, stderr } = await runBelay(['version'], { env: { NODE_OPTIONS: `--import=${tell}` } });
    const packages = [...stderr.matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/g)].map(([, name]) => name);
    expect({ code, packages: [...new Set(packages)] }).toEqual({ code: 0, packages: ['commander'] });
    expect(stderr).not.toMatch(/cli\/commands\/(?!version)/);
  });

  it('reads its contexts from the config file of the user', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, '.config', 'belay'), { recursive: true });
    const config = 'currentContext: lab\ncontexts:\n  lab: {endpoint: "127.0.0.1:1"}\n';
    writeFileSync(join(cwd, '.config', 'belay', 'config.yaml'), config);
    const { code, stderr } = await runBelay(['doctor'], { cwd });
    expect({ code, stderr }).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('nothing answers at 127.0.0.1:1'),
    });
  });
});

describe('belay under an old Node', () => {
  const script = new URL('./launch.js', import.meta.url).pathname;
  const pretend = (node: string) =>
    `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${node}'}})`;

  const runUnder = (node: string) =>
    runBelay(['version'], { script, env: { NODE_OPTIONS: `--import=${pretend(node)}` } });

  it('says what it needs', async () => {
    for (const run of await Promise.all(['20.20.2', '22.17.1'].map(runUnder))) {
      expect(run).toMatchObject({ code: 1, stdout: '' });
      expect(run.stderr).toMatch(
        /^error: this Node is too old for Belay: v.*\n {2}why: .*22\.18.*\n {2}next: npm ci.*\n {2}code: NODE_TOO_OLD\n$/,
      );
    }
  });

  it('that is just new enough it runs', async () => {
    expect(await runUnder('22.18.0')).toMatchObject({ code: 0, stderr: '' });
  });
});
