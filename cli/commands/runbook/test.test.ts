import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { emptyFolder, removeFolders, runBelay } from '../../fixtures/run-belay.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const shipped = new URL('../../../runbooks/', import.meta.url).pathname;

function folder(expect: string): string {
  const cwd = emptyFolder();
  cpSync(`${shipped}restart-pod.yaml`, join(cwd, 'restart-pod.yaml'));
  writeFileSync(
    join(cwd, 'restart-pod.test.yaml'),
    `apiVersion: remediations.kubedojo.io/v1
kind: RunbookTest
runbook: restart-pod.yaml
tests:
  - {name: "it\\e[31m", incident: {service: web, cause: pod_crash_loop, confidence: 0.9}, expect: ${expect}}
`,
  );
  return cwd;
}

const test = (cwd: string, ...args: string[]) => runBelay(['runbook', 'test', ...args], { cwd });

describe('belay runbook test', () => {
  it('ends with 0 when all passed, and prints to stdout alone', async () => {
    const run = await test(folder('{mode: auto_execute}'), '.');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^1 passed, 0 failed\nrestart-pod: no test made refuse: confidence, labels, /);
  });

  it('ends with 3 when one failed, and what a file says never drives the terminal', async () => {
    const run = await test(folder('{mode: manual}'), 'restart-pod.yaml');
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(run.stdout).toContain(
      'restart-pod.test.yaml:5:5 it\\u001b[31m: expected mode manual, got auto_execute\n0 passed',
    );
  });

  it('ends with 3 when there was nothing to play', async () => {
    expect(await test(emptyFolder(), '.')).toMatchObject({
      code: 3,
      stdout: '0 passed, 0 failed: no test was found\n',
    });
    const chosen = await test(folder('{mode: manual}'), '.', '--run', 'other');
    expect(chosen).toMatchObject({ code: 3, stdout: '0 passed, 0 failed: no test was found\n' });
  });

  it('ends with 2 when it is called wrongly', async () => {
    const runs = await Promise.all([
      test(emptyFolder()),
      test(emptyFolder(), '.', '--run', '('),
      test(emptyFolder(), '.', '-o', 'junitt'),
    ]);
    expect(runs.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      runs.map(() => ({ code: 2, stdout: '' })),
    );
    expect(runs[1]?.stderr).toContain('--run ( is no regular expression');
    expect(runs[2]?.stderr).toContain('did you mean junit?');
  });

  it('prints as it is asked to', async () => {
    const cwd = folder('{mode: manual}');
    const [json, junit, github] = await Promise.all(
      ['json', 'junit', 'github'].map((form) => test(cwd, '.', '-o', form)),
    );
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({
      kind: 'RunbookTestReport',
      results: [{ file: 'restart-pod.test.yaml', line: 5, passed: false }],
    });
    expect(junit?.stdout).toMatch(
      /^<\?xml[^]*<failure message="expected mode manual, got auto_execute"\/>[^]*<\/testsuites>\n$/,
    );
    expect(github?.stdout).toContain('::error file=restart-pod.test.yaml,line=5,col=5,title=it');
    expect([json?.code, junit?.code, github?.code]).toEqual([3, 3, 3]);
  });

  it('is no form for other commands', async () => {
    expect((await runBelay(['version', '-o', 'junit'])).code).toBe(2);
  });
});
