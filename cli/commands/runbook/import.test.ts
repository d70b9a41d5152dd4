import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadRunbook } from '#lib/runbook/load-runbook.ts';
import { emptyFolder, removeFolders, runBelay } from '../../fixtures/run-belay.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const LAB = `runbooks:
  restart-pod:
    risk: LOW
    description: Replace a pod.
    owner: platform
    allowed_namespaces: [production]
    triggers: [OOMKilled]
    min_confidence: 0.8
    action: kubectl delete pod {pod_name} -n {namespace}
    post_checks: [pod_becomes_ready]
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const cwd = emptyFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

describe('belay runbook import', () => {
  it('prints files to stdout, and nothing to stderr when there is nothing to say', async () => {
    const cwd = folderWith({ 'lab.yaml': LAB });
    const { code, stdout, stderr } = await runBelay(['runbook', 'import', 'lab.yaml', '--strict'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(loadRunbook(stdout, 'f.yaml').runbooks.map(({ name }) => name)).toEqual(['restart-pod']);
  });

  it('parts several with ---, warns as the linter does, and with --strict that is a no', async () => {
    const second = '  other:\n    action: kubectl cordon n1\n    secret_sauce: "\\e[31m"\n';
    const cwd = folderWith({ 'lab.yaml': LAB + second });
    const [plain, strict] = await Promise.all([
      runBelay(['runbook', 'import', 'lab.yaml'], { cwd }),
      runBelay(['runbook', 'import', 'lab.yaml', '--from', 's1', '--strict'], { cwd }),
    ]);
    expect(plain.code).toBe(0);
    expect(strict).toEqual({ ...plain, code: 3 });
    expect(loadRunbook(plain.stdout, 'f.yaml').runbooks.map(({ name }) => name)).toEqual([
      'restart-pod',
      'other',
    ]);
    expect(plain.stderr).toContain(
      'lab.yaml:13:5 runbooks.other.secret_sauce: warning: the format has no place for it',
    );
    expect(plain.stdout + plain.stderr).not.toContain('\u001b');
  });

  it('gives names and JSON when they are asked for', async () => {
    const cwd = folderWith({ 'lab.yaml': LAB });
    const [names, json] = await Promise.all([
      runBelay(['runbook', 'import', 'lab.yaml', '-o', 'name'], { cwd }),
      runBelay(['runbook', 'import', 'lab.yaml', '-o', 'json'], { cwd }),
    ]);
    expect(names.stdout).toBe('restart-pod\n');
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'ImportedRunbooks',
      runbooks: [{ name: 'restart-pod' }],
      warnings: [],
    });
  });

  it('prints nothing of what it cannot read, and says why', async () => {
    const cwd = folderWith({ 'other.yaml': 'a: 1\n', 'lab.yaml': LAB });
    const run = (...args: string[]) => runBelay(['runbook', 'import', ...args], { cwd });
    const [missing, unknown, wrong, format] = await Promise.all([
      run('gone.yaml'),
      run('other.yaml'),
      run('lab.yaml', '--from', 'ssm'),
      run('lab.yaml', '--from', 's2'),
    ]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toBe(
      'error: gone.yaml cannot be read\n  why:  ENOENT\n  next: check the path and its permissions\n  code: UNREADABLE\n',
    );
    expect(unknown).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^other\.yaml:1:1 none of s0: /),
    });
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('try --from s1') });
    expect(format).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('s0, s1, ssm') });
  });
});
