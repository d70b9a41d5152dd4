import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reportLines } from '#lib/runbook/tests/report-lines.ts';
import { isGood } from '#lib/runbook/tests/result.ts';
import { emptyFolder, removeFolders } from '../fixtures/run-belay.ts';
import { runRunbookTests } from './run-runbook-tests.ts';

afterAll(removeFolders);

const runbooks = new URL('../../runbooks/', import.meta.url).pathname;
const experience = new URL('fixtures/experience/', import.meta.url).pathname;
const head = 'apiVersion: remediations.kubedojo.io/v1\nkind: RunbookTest\nrunbook: restart-pod.yaml\n';

/** A folder with the runbook that ships, and these files beside it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder();
  cpSync(`${runbooks}restart-pod.yaml`, join(folder, 'restart-pod.yaml'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const linesOf = async (folder: string, only?: RegExp) =>
  reportLines(await runRunbookTests([folder], only)).map((line) => line.replaceAll(`${folder}/`, ''));

describe('the tests that ship', () => {
  it('pass, one file for each runbook, and have made refuse whatever can be before there is an executor', async () => {
    const report = await runRunbookTests([runbooks]);
    expect(reportLines(report)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\d+ passed, 0 failed$/)]),
    );
    expect(isGood(report)).toBe(true);
    expect(report.untested).toEqual([]);
    const left = report.uncovered.map(({ runbook, guardrails }) => `${runbook}: ${guardrails.join(', ')}`);
    // All but one are looked at live. The limit on services comes before no-other-service-affected.
    expect(left).toEqual([
      'clear-disk-cache: safe_directories_only',
      'ecs-scale-up: ready peers, replicas',
      'failover-database: ready peers, replica_caught_up, human_notified',
      'predictive-scale-up: ready peers, current_replicas_below_max, quota_available, not_already_rolling_out',
      'restart-service: ready peers, deployment_exists, not_already_rolling_out, no-other-service-affected, ' +
        'dependencies_healthy',
      'rollback-deployment: ready peers, deployment_exists, previous_revision_available',
      'scale-to-zero: incident_documented, deployment_exists',
      'scale-up: ready peers, current_replicas_below_max, quota_available, not_already_rolling_out',
    ]);
  });

  it('say where they assume an executor that production does not have', async () => {
    const { notes } = await runRunbookTests([`${runbooks}scale-up.yaml`], /^INC002/);
    expect(notes.map((note) => note.replace(runbooks, ''))).toContain(
      'scale-up.test.yaml: 1 test(s) assume an executor of kubernetes.scale; in production none does it yet, and nothing runs',
    );
  });
});

describe('the tests of a folder', () => {
  it('are played from the design as they stand there', async () => {
    const report = await runRunbookTests([experience]);
    expect(reportLines(report)).toEqual([
      '2 passed, 0 failed',
      'note: restart-pod: payments-provider-up asks for what no executor knows yet; in production it refuses',
      'restart-pod: no test made refuse: confidence, namespace, labels, services, circuit, cooldown, attempts, ' +
        'concurrency, concurrency in the namespace, ready peers, replicas, recent_restarts_less_than_three, payments-provider-up',
    ]);
  });

  const twoTests = `${head}tests:
  - {name: heals, incident: {service: web, cause: pod_crash_loop, confidence: 0.9}, expect: {mode: auto_execute}}
  - name: does not
    incident: {service: web, cause: pod_crash_loop, confidence: 0.1}
    expect: {mode: auto_execute}
`;

  it('are told apart by their place', async () => {
    const [failure, summary] = await linesOf(folderWith({ 'restart-pod.test.yaml': twoTests }));
    expect(failure).toBe(
      'restart-pod.test.yaml:6:5 does not: expected mode auto_execute, got suggest. ' +
        'restart-pod was not run: the cause is only 0.10 certain. Nothing changed.',
    );
    expect(summary).toBe('1 passed, 1 failed');
  });

  it('can be chosen by name, and then say nothing of what was left out', async () => {
    const folder = folderWith({ 'restart-pod.test.yaml': twoTests });
    expect(await linesOf(folder, /^heals$/)).toEqual(['1 passed, 0 failed']);
    expect(isGood(await runRunbookTests([folder], /nothing/))).toBe(false);
  });

  it('are found from the runbook beside them, and from themselves', async () => {
    const folder = folderWith({ 'restart-pod.test.yaml': twoTests });
    for (const file of ['restart-pod.yaml', 'restart-pod.test.yaml']) {
      expect((await runRunbookTests([join(folder, file)])).results).toHaveLength(2);
    }
    const twice = await runRunbookTests([folder, join(folder, 'restart-pod.yaml')]);
    expect(twice.results).toHaveLength(2);
  });

  it('are missed where there are none', async () => {
    const report = await runRunbookTests([folderWith({})]);
    expect(isGood(report)).toBe(false);
    expect(report.untested.map(({ runbook }) => runbook)).toEqual(['restart-pod']);
    expect(reportLines(report)[0]).toBe('0 passed, 0 failed: no test was found');
  });

  it('are not played where something is wrong with them or their runbook, all of which is said', async () => {
    const folder = folderWith({
      'a.test.yaml': `${head}tests: [{name: a, incident: {service: web}, expect: {}}]\n`,
      'b.test.yaml': `${head.replace('restart-pod', 'gone')}tests: [{name: b, incident: {service: web}, expect: {mode: manual}}]\n`,
      'c.test.yaml': `${head}tests:
  - name: c
    incident: {service: web}
    metrics: {error-rate: {after: [1]}}
    expect: {plan: [kubernetes.deletePods], arguments: {replaced: {pod: a}}}
    assume: {executors: [kubernetes.deletePod, kubernetes.scale]}
`,
      'd.test.yaml': `${head.replace('restart-pod', 'bad')}tests: [{name: d, incident: {service: web}, expect: {mode: manual}}]\n`,
      'bad.yaml': 'kind: [}\n',
    });
    const report = await runRunbookTests([folder]);
    expect(isGood(report)).toBe(false);
    expect(await linesOf(folder)).toEqual([
      'a.test.yaml:4:45 tests.0.expect: is empty, a test that expects nothing cannot fail, name a mode, got {}',
      'bad.yaml:1:8 the indentation does not fit the lines around it, or a bracket above is not closed',
      'c.test.yaml:7:15 tests.0.metrics.error-rate: no check with a metric is called error-rate, the runbook has none',
      'c.test.yaml:8:21 tests.0.expect.plan.0: no action is called kubernetes.deletePods, did you mean kubernetes.deletePod?',
      'c.test.yaml:8:57 tests.0.expect.arguments.replaced: no step is called replaced, did you mean replace?',
      'c.test.yaml:9:26 tests.0.assume.executors.0: kubernetes.deletePod is carried out by now, remove the assumption',
      'c.test.yaml:9:48 tests.0.assume.executors.1: no action of its steps is called kubernetes.scale, known are kubernetes.deletePod',
      'gone.yaml:1:1 cannot be read (ENOENT), check the path and its permissions',
      '0 passed, 0 failed, 8 problem(s) in files',
      'restart-pod: no test (restart-pod.yaml)',
    ]);
  });

  it('are not played where the path leads nowhere', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'x.test.yaml'));
    for (const path of ['no/such/place', join(folder, 'no.test.yaml'), join(folder, 'x.test.yaml')]) {
      const report = await runRunbookTests([path]);
      expect(isGood(report)).toBe(false);
      expect(report.results).toEqual([]);
    }
  });
});
