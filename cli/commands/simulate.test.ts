import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { definitionOf } from '#lib/events/event-types.ts';
import { emptyFolder, removeFolders, runBelay } from '../fixtures/run-belay.ts';
import { record } from '../../test/support/record-incidents.ts';

afterAll(removeFolders);

// Processes on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

const shipped = new URL('../../runbooks', import.meta.url).pathname;

const events = await record([
  { minute: 0 },
  { minute: 30, confidence: 0.6, service: 'web' },
  { minute: 60, service: 'w\u001b[31m', killSwitch: true },
]);

/** The runbooks that ship, restart-pod with another confidence, and what was recorded. */
function folder(minimumConfidence = 0.8): string {
  const cwd = emptyFolder();
  cpSync(shipped, join(cwd, 'runbooks'), { recursive: true });
  const file = join(cwd, 'runbooks', 'restart-pod.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('minimumConfidence: 0.8', `minimumConfidence: ${minimumConfidence}`));
  const lines = events.map(({ type, data }) =>
    JSON.stringify({ type, data: definitionOf(type).codec.toJSON(data) }),
  );
  writeFileSync(join(cwd, 'events.ndjson'), lines.join('\n'));
  return cwd;
}

const simulate = (cwd: string, ...args: string[]) =>
  runBelay(['simulate', 'runbooks', '-f', 'events.ndjson', '--utc', ...args], { cwd });

describe('belay simulate', () => {
  it('ends with 0 where nothing changes, and says what it rests on', async () => {
    const { code, stdout, stderr } = await simulate(folder(), '--fail-on', 'any');
    expect(code).toBe(0);
    expect(stdout).toContain(
      '2 incidents, 0 change: 0 new automatic, 0 no longer automatic, 0 other. 1 more counted apart: automation was stopped.\n',
    );
    expect(stderr).toContain('cannot be told from what the runbooks do');
    expect(stderr).toContain('Assumed: the policy is the default one');
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('shows what changes and why, and ends with 3 where that is forbidden', async () => {
    const cwd = folder(0.5);
    const [free, newAuto, any] = await Promise.all([
      simulate(cwd),
      simulate(cwd, '--fail-on', 'new-auto'),
      simulate(cwd, '--fail-on', 'any'),
    ]);
    expect([free?.code, newAuto?.code, any?.code]).toEqual([0, 3, 3]);
    expect(free?.stdout).toMatch(
      /^INC1 +2026-03-03T03:42:00Z +web +pod_crash_loop +suggest restart-pod low_confidence +auto_execute restart-pod executing +new automatic +confidence passes now: 0\.60 \(limit >= 0\.50, was >= 0\.80\)$/m,
    );
    expect(free?.stdout).toMatch(/^restart-pod +2 +1 -> 2$/m);
    expect(free?.stdout).not.toMatch(/^INC0 /m);
    expect(newAuto?.stderr).toContain('Forbidden by --fail-on new-auto: 1.\n');
    expect((await simulate(cwd, '-o', 'wide')).stdout).toMatch(/^INC0 .* same /m);
  });

  it('forbids the new automatic alone with new-auto', async () => {
    const cwd = folder(0.99);
    const runs = await Promise.all([
      simulate(cwd, '--fail-on', 'new-auto'),
      simulate(cwd, '--fail-on', 'any'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 3]);
    expect(runs[0]?.stdout).toContain('1 changes: 0 new automatic, 1 no longer automatic, 0 other.');
  });

  it('has everything in its JSON, and the names of what changes alone', async () => {
    const cwd = folder(0.5);
    const [json, name] = await Promise.all([simulate(cwd, '-o', 'json'), simulate(cwd, '-o', 'name')]);
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({
      apiVersion: 'belay/v1',
      kind: 'Simulation',
      totals: { incidents: 2, changed: 1, newAutomatic: 1, stopped: 1 },
      items: [
        { externalId: 'INC0', change: 'none', settledBy: 'recorded' },
        { externalId: 'INC1', change: 'new_automatic', settledBy: 'assumed' },
        { externalId: 'INC2', wasStopped: true },
      ],
      notes: expect.arrayContaining([expect.stringContaining('60 s after the decision')]),
    });
    expect(name?.stdout).toBe('inc-1\n');
  });

  it('says so where there is no history', async () => {
    const { code, stdout } = await simulate(folder(), '--since', '1h', '--fail-on', 'any');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^No incident was decided since \S+Z: there is nothing to simulate\.\n$/);
  });

  it('warns whoever gives less than all runbooks', async () => {
    const cwd = folder();
    const args = ['simulate', 'runbooks/scale-up.yaml', '-f', 'events.ndjson'];
    const { stdout, stderr } = await runBelay(args, { cwd });
    expect(stdout).toContain('1 no longer automatic, 1 other');
    expect(stderr).toContain('2 incidents went to restart-pod, which is not among the runbooks given');
  });

  it('takes the policy from a configuration of decision', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'decision.yaml'), 'targets: [x]\npolicy: {concurrency: {perTarget: 7}}\n');
    writeFileSync(join(cwd, 'none.yaml'), 'targets: [x]\n');
    writeFileSync(join(cwd, 'bad.yaml'), 'policy: {maxIncidentAge: 3}\n');
    const [good, none, bad] = await Promise.all(
      ['decision.yaml', 'none.yaml', 'bad.yaml'].map((file) => simulate(cwd, '--policy', file)),
    );
    expect(good).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the policy is that of decision.yaml'),
    });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('has no section policy') });
    expect(bad).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean maxIncidentAgeMs?'),
    });
  });

  it('ends with 7 where there is no history to read, and with 2 where it is called wrongly', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'bad.ndjson'), '{"type": "DecisionMade", "data": {"decisionId": "d"}}\n');
    writeFileSync(
      join(cwd, 'wrong.yaml'),
      readFileSync(join(cwd, 'runbooks', 'restart-pod.yaml'), 'utf8').replace('risk: low', 'risk: lowly'),
    );
    const runs = await Promise.all([
      runBelay(['simulate', 'runbooks'], { cwd }),
      simulate(cwd, '-f', 'gone.ndjson'),
      simulate(cwd, '-f', 'bad.ndjson'),
      simulate(cwd, '--fail-on', 'autos'),
      simulate(cwd, '--since', '30'),
      runBelay(['simulate', 'wrong.yaml', '-f', 'events.ndjson'], { cwd }),
    ]);
    expect(runs.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      [7, 7, 2, 2, 2, 2].map((code) => ({ code, stdout: '' })),
    );
    expect(runs[2]?.stderr).toContain('bad.ndjson:1 data.incidentId: DecisionMade.incidentId is missing');
    expect(runs[5]?.stderr).toContain('wrong.yaml:9:3 spec.risk: expected one of low, medium, high');
  });

  it('refuses runbooks that decision would not start with', async () => {
    const cwd = folder();
    const file = join(cwd, 'runbooks', 'restart-pod.yaml');
    // Two that match equally: which one acts would hang on their names.
    const twin = readFileSync(file, 'utf8').replace('name: restart-pod', 'name: restart-pod-too');
    writeFileSync(join(cwd, 'runbooks', 'twin.yaml'), twin);
    const { code, stderr } = await simulate(cwd);
    const lint = await runBelay(['runbook', 'lint', 'runbooks'], { cwd });
    expect({ code, lint: lint.code }).toEqual({ code: 2, lint: 3 });
    expect(stderr).toContain('error: decision would not start with these runbooks');
  });
});
