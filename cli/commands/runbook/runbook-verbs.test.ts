import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { emptyFolder, removeFolders, runBelay } from '../../fixtures/run-belay.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const SHIPPED = new URL('../../../runbooks/', import.meta.url).pathname;
const restartPod = readFileSync(`${SHIPPED}restart-pod.yaml`, 'utf8');

function folderWith(files: Readonly<Record<string, string>>): string {
  const cwd = emptyFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

const runbook = (args: readonly string[], files: Readonly<Record<string, string>> = {}) =>
  runBelay(['runbook', ...args], { cwd: folderWith(files) });

const broken = restartPod.replace('cooldownMinutes', 'cooldownMinute');
const warned = restartPod.replace('resourceKinds: [pod]', 'resourceKinds: [pod, pods]');

describe('belay runbook lint', () => {
  it('finds nothing in what ships', async () => {
    expect(await runbook(['lint', SHIPPED])).toEqual({
      code: 0,
      stdout: '',
      stderr: '11 runbooks: nothing found\n',
    });
  });

  it('names file, line, column, field and what was meant, and ends with 3', async () => {
    const line = broken.split('\n').findIndex((text) => text.includes('cooldownMinute')) + 1;
    expect(await runbook(['lint', 'r.yaml'], { 'r.yaml': broken })).toEqual({
      code: 3,
      stdout: `r.yaml:${line}:5 spec.guardrails.cooldownMinute: unknown field, did you mean cooldownMinutes?\n`,
      stderr: 'no runbook: 1 error\n',
    });
  });

  it('lets warnings pass, unless it is strict', async () => {
    const files = { 'r.yaml': warned };
    const [lax, strict] = await Promise.all([
      runbook(['lint', 'r.yaml'], files),
      runbook(['lint', 'r.yaml', '--strict'], files),
    ]);
    expect(lax).toMatchObject({ code: 0, stderr: '1 runbook: 1 warning\n' });
    expect(lax.stdout).toMatch(/^r\.yaml:\d+:\d+ spec\.scope\.resourceKinds\.1: warning: .*did you mean pod/);
    expect(strict).toEqual({ ...lax, code: 3 });
  });

  it('looks at runbooks beside one another', async () => {
    const { code, stdout } = await runbook(['lint', '.'], { 'a.yaml': restartPod, 'b.yaml': restartPod });
    expect(code).toBe(3);
    expect(stdout).toContain('metadata.name: there already is restart-pod (a.yaml:2)');
  });

  it('writes notes for the lines of a change on GitHub, and nothing else to stdout', async () => {
    const { code, stdout } = await runbook(['lint', '-o', 'github', 'r.yaml'], { 'r.yaml': broken });
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^::error file=r\.yaml,line=\d+,col=5,title=unknown_field::spec\.guardrails\..*\n$/,
    );
  });

  it('gives programs every problem with its code', async () => {
    const { stdout } = await runbook(['lint', '-o', 'json', 'r.yaml'], { 'r.yaml': warned });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'RunbookLint',
      runbooks: ['restart-pod'],
      errors: 0,
      warnings: 1,
      items: [{ file: 'r.yaml', code: 'unsatisfiable_trigger', severity: 'warning' }],
    });
  });

  it('says no where there is nothing to look at', async () => {
    const [empty, absent] = await Promise.all([runbook(['lint', '.']), runbook(['lint', 'nowhere'])]);
    expect(empty).toMatchObject({ code: 3, stdout: expect.stringContaining('no runbook file') });
    expect(absent).toMatchObject({ code: 3, stdout: expect.stringContaining('cannot be read (ENOENT)') });
  });

  it('wants to be told what to look at', async () => {
    expect(await runbook(['lint'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('prints nothing that a terminal would obey', async () => {
    const { stdout } = await runbook(['lint', 'r.yaml'], { 'r.yaml': '"\u001b]0;x\u0007": 1\n' });
    expect(stdout).not.toContain('\u001b');
  });
});

describe('belay runbook list', () => {
  it('lists what ships', async () => {
    const { code, stdout } = await runbook(['list', '-o', 'name']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(11);
  });

  it.each([
    [
      ['--trigger', 'high_cpu'],
      ['ecs-scale-up', 'scale-up'],
    ],
    [['--trigger', 'any'], ['collect-diagnostics']],
    [['--owner', 'database-team'], ['failover-database']],
    [['--tag', 'aws', '--type', 'scaling'], ['ecs-scale-up']],
    [['--tag', 'nobody'], []],
  ])('of those with %j', async (args, names) => {
    const { code, stdout } = await runbook(['list', ...args, '-o', 'name']);
    expect({ code, names: stdout.split('\n').filter(Boolean) }).toEqual({ code: 0, names });
  });

  it('lists those of files instead, with what executors do of it', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine', 'r.yaml'), restartPod);
    const { stdout } = await runBelay(['runbook', 'list', '-o', 'wide', 'mine'], { cwd });
    expect(stdout).toMatch(/restart-pod +low +auto_execute .* carried out +mine\/r\.yaml\n$/);
  });

  it('says that these ship where nothing runs, and asks for what runs where only that will do', async () => {
    const [listed, shown, asked, version] = await Promise.all([
      runbook(['list']),
      runbook(['show', 'restart-pod']),
      runbook(['list', '--status', 'active']),
      runbook(['show', 'restart-pod@1']),
    ]);
    expect(listed).toMatchObject({ code: 0, stderr: 'No Belay runs here: these ship with this version.\n' });
    expect(shown).toMatchObject({ code: 0, stderr: 'restart-pod: ships with this version.\n' });
    for (const { code, stdout, stderr } of [asked, version]) {
      expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
      expect(stderr).toContain('no Belay runs here');
    }
  });

  it('tells of nothing else than the system that is asked for, when that does not answer', async () => {
    const cwd = emptyFolder();
    const args = ['runbook', 'list', '--timeout', '1s'];
    const [byAddress, byName] = await Promise.all([
      runBelay([...args, '--endpoint', '127.0.0.1:9'], { cwd, env: { BELAY_TOKEN: 'x' } }),
      runBelay([...args, '--context', 'local'], { cwd }),
    ]);
    expect([byAddress.code, byName.code]).toEqual([7, 7]);
    expect([byAddress.stdout, byName.stdout]).toEqual(['', '']);
  });

  it('refuses a type that there is none of, and files that do not load', async () => {
    const [type, files] = await Promise.all([
      runbook(['list', '--type', 'scalling']),
      runbook(['list', 'r.yaml'], { 'r.yaml': broken }),
    ]);
    expect(type).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean scaling?') });
    expect(files).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean cooldownMinutes?'),
    });
  });
});

describe('belay runbook show', () => {
  it('is a page that answers what, when, how far, how, and what then', async () => {
    const { code, stdout } = await runbook(['show', 'restart-pod']);
    expect(code).toBe(0);
    for (const line of [
      'restart-pod  low risk, auto_execute',
      '  Replace one unhealthy pod while its peers carry the load.',
      '  confidence      at least 0.80',
      '  cooldown           5 min',
      '  replace  Deletes one pod that its controller replaces.',
      'Verified by, within 120 s',
      '  when it did not help  open_incident_and_disable_runbook',
      '  owner            platform-team',
      '  executors today  carry it out',
    ])
      expect(stdout.split('\n')).toContain(line);
  });

  it('says who is asked, what undoes it, and what nobody carries out yet', async () => {
    const { stdout } = await runbook(['show', 'ecs-scale-up']);
    expect(stdout).toContain('  people      1 of group:shop-oncall\n  unanswered  after 10 min: escalate\n');
    expect(stdout).toContain('undone by aws.ecs.updateService');
    expect(stdout).toContain('only if live.desiredCount < 10');
    expect(stdout).toContain('no executor does aws.ecs.updateService yet, so it is left to people');
  });

  it('shows a file, and every runbook in it', async () => {
    const files = {
      'two.yaml': `${restartPod}---\n${restartPod.replace('name: restart-pod', 'name: other')}`,
    };
    const { stdout } = await runbook(['show', 'two.yaml'], files);
    expect(stdout).toMatch(/^restart-pod {2}low[\s\S]*\n\nother {2}low/);
  });

  it('is data for programs', async () => {
    const { stdout } = await runbook(['show', 'scale-up', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'RunbookPage',
      items: [{ name: 'scale-up', risk: 'low', notCarriedOut: 'no executor does kubernetes.scale yet' }],
    });
  });

  it('ends with 5 for what is not there, and guesses', async () => {
    const [name, file] = await Promise.all([runbook(['show', 'restart-pd']), runbook(['show', './x.yaml'])]);
    expect(name).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('did you mean restart-pod?'),
    });
    expect(file).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('ENOENT') });
  });
});

describe('belay runbook diff', () => {
  it('says that two files mean the same, and ends with 0', async () => {
    const respelt = `# reviewed\n${restartPod.replace('cooldownMinutes: 5', 'cooldownMinutes:   5')}`;
    expect(await runbook(['diff', 'restart-pod', 'r.yaml'], { 'r.yaml': respelt })).toMatchObject({
      code: 0,
      stderr: 'restart-pod: ships with this version -> r.yaml\nThey mean the same.\n',
    });
  });

  it('names what differs and what acts more freely, and ends with 3', async () => {
    const after = restartPod
      .replace('cooldownMinutes: 5', 'cooldownMinutes: 1')
      .replace('owner: platform-team', 'owner: shop-team');
    const { code, stdout, stderr } = await runbook(['diff', 'restart-pod', 'r.yaml'], { 'r.yaml': after });
    expect(code).toBe(3);
    expect(stderr).toContain('\n2 fields differ; 1 let it act more freely.\n');
    expect(stdout).toMatch(/restart-pod +owner +platform-team -> shop-team\n/);
    expect(stdout).toMatch(/restart-pod +guardrails\.cooldownMinutes +acts again sooner +5 -> 1\n/);
  });

  it('compares sets by name, and a new runbook is freedom', async () => {
    const cwd = emptyFolder();
    for (const folder of ['old', 'new']) mkdirSync(join(cwd, folder));
    const other = restartPod.replace('name: restart-pod', 'name: other');
    writeFileSync(join(cwd, 'old', 'r.yaml'), `${restartPod}---\n${other}`);
    const third = restartPod.replace('name: restart-pod', 'name: third');
    writeFileSync(join(cwd, 'new', 'r.yaml'), `${other}---\n${third}`);
    const { code, stdout } = await runBelay(['runbook', 'diff', 'old', 'new', '-o', 'json'], { cwd });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'RunbookDiff',
      items: [
        { runbook: 'restart-pod', field: 'runbook', before: 'there', actsMoreFreely: false },
        { runbook: 'third', field: 'runbook', after: 'there', actsMoreFreely: true },
      ],
    });
  });

  it('compares nothing with an empty folder', async () => {
    expect(await runbook(['diff', 'restart-pod', '.'])).toMatchObject({ code: 5, stdout: '' });
  });
});
