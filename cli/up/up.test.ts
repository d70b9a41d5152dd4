import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { version } from '#lib/version.ts';
import { eventually } from '../../test/support/eventually.ts';
import { collect, emptyFolder, removeFolders, runBelay, startBelay } from '../fixtures/run-belay.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const script = new URL('../fixtures/up-process.ts', import.meta.url).pathname;

let cwd: string;
let children: ChildProcessWithoutNullStreams[];
beforeEach(() => {
  cwd = emptyFolder();
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function startUp(args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = startBelay(['up', '--port', '0', ...args], { script, cwd, env });
  children.push(child);
  const output = collect(child);
  await eventually(() => expect(output().stderr).toContain('Ready in'), 30_000);
  const end = async () => {
    if (child.exitCode === null) await once(child, 'close');
    return { code: child.exitCode, ...output() };
  };
  return { child, output, end };
}

const upFile = () => join(cwd, '.belay', 'up.json');

describe('belay up', () => {
  it('says what runs where, and what to do next', async () => {
    const { output } = await startUp([], { npm_command: 'exec' });
    const { stdout, stderr } = output();
    expect(stdout.replace(/:\d{4,5}$/m, ':PORT')).toBe(
      [
        `Belay ${version}, context local, data ./.belay`,
        '  grpc        127.0.0.1:9',
        '  http        http://127.0.0.1:8/v1/incidents takes reports',
        '  ops         http://127.0.0.1:PORT',
        '  sandbox     simulated Kubernetes API; nothing outside this process can change',
        '  kubeconfig  .belay/sandbox.kubeconfig',
        '  decision    topics: incident 3',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/^Ready in \d+\.\d s\. In another terminal: npx --no belay doctor\n$/);
  });

  it('says that a policy of a file is in force', async () => {
    const { output } = await startUp(['--policy', 'decision.yaml']);
    expect(output().stdout).toContain('\n  policy      decision.yaml is in force\n');
  });

  it('says it on one line of JSON for programs', async () => {
    const { output } = await startUp(['-o', 'json', '--data-dir', 'elsewhere']);
    const { stdout, stderr } = output();
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'RunningSystem',
      context: './elsewhere',
      grpcEndpoint: '127.0.0.1:9',
      httpEndpoint: 'http://127.0.0.1:8',
      services: [{ name: 'decision', checks: [{ name: 'topics', ok: true }] }],
    });
    expect(stderr).toContain('belay doctor --context ./elsewhere\n');
  });

  it('is found by other commands, through a file that holds no token and that nobody else can read', async () => {
    const { child } = await startUp();
    const text = readFileSync(upFile(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ pid: child.pid, version, httpEndpoint: 'http://127.0.0.1:8' });
    expect(text).not.toContain(readFileSync(join(cwd, '.belay', 'token'), 'utf8').trim());
    expect(statSync(upFile()).mode & 0o777).toBe(0o600);
    const { code, stdout } = await runBelay(['doctor', '-o', 'json', '--timeout', '2s'], { cwd });
    // Nothing answers on the endpoint that this system gives for gRPC: that is what is wrong.
    expect(code).toBe(3);
    const { checks } = JSON.parse(stdout) as { checks: { service: string; name: string; ok: boolean }[] };
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ service: 'grpc', name: 'calls' }]);
    expect(checks).toContainEqual(expect.objectContaining({ service: 'decision', name: 'topics', ok: true }));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops cleanly on %s, says so, and takes its file along',
    async (signal) => {
      const { child, end } = await startUp();
      child.kill(signal);
      const { code, stderr } = await end();
      expect(code).toBe(0);
      expect(stderr).toMatch(/\nStopping: .*\nStopped\.\n$/);
      expect(existsSync(upFile())).toBe(false);
    },
  );

  it('ends at once on a second signal', async () => {
    const { child, output, end } = await startUp([], { FIXTURE: 'endless-stop' });
    child.kill('SIGINT');
    await eventually(() => expect(output().stderr).toContain('Stopping'), 30_000);
    child.kill('SIGINT');
    expect(await end()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Ended, without finishing'),
    });
  });

  it('stops with 1 and the reason when a part of it cannot go on', async () => {
    const { child, end } = await startUp();
    child.stdin.write('crash\n');
    const { code, stderr } = await end();
    expect(code).toBe(1);
    expect(stderr).toMatch(/Stopping: a part of it cannot go on\.\nerror: the consumer crashed \(unexpected/);
  });

  it('keeps a second one off its data, and names the first', async () => {
    const { child } = await startUp();
    const second = await runBelay(['up', '--port', '0'], { script, cwd });
    expect(second).toMatchObject({ code: 6, stdout: '' });
    expect(second.stderr).toMatch(
      new RegExp(
        `^error: .*log\\.db is .*in use.*\n {2}why: {2}a belay up runs there, as process ${child.pid}\n` +
          ' {2}next: stop it, or run a second one: belay up --data-dir ./other --port 0\n {2}code: DATA_IN_USE\n$',
      ),
    );
    expect(existsSync(upFile())).toBe(true);
  });

  it('takes over from one that was killed', async () => {
    const { child, end } = await startUp();
    child.kill('SIGKILL');
    await end();
    expect(await runBelay(['doctor'], { cwd })).toMatchObject({
      code: 7,
      stdout: expect.stringContaining(`process ${child.pid} ended without saying so`),
      stderr: expect.stringContaining('which is gone'),
    });
    await startUp();
  });

  it('says how to get round a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await runBelay(['up', '--port', String(port)], { script, cwd });
    other.close();
    expect(code).toBe(7);
    expect(stderr).toMatch(
      / {2}next: belay up --port 0, which takes any that are free\n {2}code: PORT_IN_USE/,
    );
  });

  it.each([
    ['--data-dir', ''],
    ['--runbooks', ''],
    ['--port', '65534'],
  ])('refuses %s %j as usage, and starts nothing', async (...args) => {
    expect(await runBelay(['up', ...args], { script, cwd })).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(join(cwd, 'up.json'))).toBe(false);
  });

  it('stops when nobody reads what it prints', async () => {
    const child = startBelay(['up', '--port', '0'], { script, cwd });
    children.push(child);
    child.stdout.destroy();
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    expect(existsSync(upFile())).toBe(false);
  });
});
