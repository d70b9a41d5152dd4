import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadRunbook, loadRunbookFiles } from './load-runbook.ts';
import { formatProblem } from './problem.ts';

const read = (name: string): string =>
  readFileSync(new URL(`fixtures/good/${name}`, import.meta.url), 'utf8');

describe('the sample of the course', () => {
  const { runbooks, problems } = loadRunbook(read('replace-redundant-pod.yaml'), 'sample.yaml');

  it('loads as it is', () => {
    expect(problems).toEqual([]);
    expect(runbooks).toHaveLength(1);
    expect(runbooks[0]).toMatchObject({
      name: 'replace-redundant-pod',
      owner: 'platform-operations',
      risk: 'low',
      decisionMode: 'auto_execute',
      triggers: {
        symptoms: ['CrashLoopBackOff', 'readiness_probe_failed', 'manual_restart_recommended'],
        probableCauses: ['pod_process_hung', 'transient_node_or_container_failure'],
        minimumConfidence: 0.8,
      },
      scope: {
        allowedNamespaces: ['aiops-remediation-lab'],
        requiredLabels: { 'remediator.kubedojo.io/enabled': 'true' },
        resourceKinds: [],
      },
      escalation: {
        onGuardrailFailure: 'page_service_owner',
        onVerificationFailure: 'open_incident_and_disable_runbook',
      },
    });
  });

  it('has its kubectl line as a typed action', () => {
    expect(runbooks[0]?.steps).toMatchObject([
      { action: 'kubernetes.deletePod', with: { namespace: '${NAMESPACE}', pod: '${POD_NAME}' } },
    ]);
  });

  it('has a default for every guardrail that it does not set', () => {
    expect(runbooks[0]?.guardrails).toEqual({
      minimumReadyReplicasWithSameApp: 2,
      maxExecutionsPerHour: 3,
      cooldownMinutes: 10,
      maxConcurrentActions: 1,
      maxConcurrentActionsPerNamespace: 3,
      maxAffectedServices: 1,
      maxPercentOfReplicas: 50,
      maxAttemptsPerTarget: 2,
      circuitBreaker: { failures: 3, recoverySeconds: 300 },
      allowedWindows: [],
      blackoutWindows: [],
    });
  });
});

describe('a file of several runbooks', () => {
  const { runbooks, problems } = loadRunbook(read('two-runbooks.yaml'), 'two.yaml');

  it('gives each of them', () => {
    expect(problems).toEqual([]);
    expect(runbooks.map(({ name }) => name)).toEqual(['restart-pod', 'ecs-scale-up']);
  });

  it('keeps steps, approval and metrics as they were written', () => {
    expect(runbooks[1]).toMatchObject({
      approval: { approvers: ['group:shop-oncall'], quorum: 1, timerMs: 600_000, onLapse: 'escalate' },
      steps: [{ when: 'live.desiredCount < 10', timeoutSeconds: 300, retries: 0, required: true }],
      verification: { timeoutSeconds: 600 },
      rollback: { type: 'steps' },
    });
    expect(runbooks[0]?.verification.checks[1]).toMatchObject({
      name: 'error-ratio-not-up',
      expect: 'after <= before * 1.1 + 0.001',
      baselineSeconds: 300,
      samples: 3,
      intervalSeconds: 10,
    });
  });
});

const MINIMAL = `apiVersion: remediations.kubedojo.io/v1
kind: RemediationRunbook
metadata: {name: minimal}
spec:
  intent: Read the logs.
  owner: platform-team
  steps:
    - {id: look, action: kubernetes.collectDiagnostics, with: {namespace: shop, name: web}}
`;

it('counts missing risk as high and a missing mode as suggest', () => {
  const { runbooks, problems } = loadRunbook(MINIMAL, 'minimal.yaml');
  expect(problems).toEqual([]);
  expect(runbooks[0]).toMatchObject({
    risk: 'high',
    decisionMode: 'suggest',
    verification: { timeoutSeconds: 120, checks: [] },
    steps: [{ id: 'look', timeoutSeconds: 300, retries: 0, required: true }],
  });
});

it('gives two files that mean the same the same digest', () => {
  const respelt = `# a comment\n${MINIMAL.replace('intent: Read the logs.', "intent: 'Read the logs.'")}`;
  const digests = [MINIMAL, respelt, MINIMAL.replace('shop', 'bank')].map(
    (text) => loadRunbook(text, 'f.yaml').runbooks[0]?.digest,
  );
  expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(digests[1]).toBe(digests[0]);
  expect(digests[2]).not.toBe(digests[0]);
});

it('reads directories, and says which path it could not read', async () => {
  const fixtures = new URL('fixtures/good', import.meta.url).pathname;
  const { runbooks, problems } = await loadRunbookFiles([fixtures, 'no/such/place']);
  expect(runbooks.map(({ name }) => name)).toEqual(['replace-redundant-pod', 'restart-pod', 'ecs-scale-up']);
  expect(problems.map(formatProblem)).toEqual([
    'no/such/place:1:1 cannot be read (ENOENT), check the path and its permissions',
  ]);
});

describe('a folder', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const folderOf = (files: Readonly<Record<string, string>>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-runbooks-'));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  };

  it('with two runbooks of one name is not loaded as if there were one', async () => {
    const folder = folderOf({ 'a.yaml': MINIMAL, 'below/b.yaml': MINIMAL });
    const { runbooks, problems } = await loadRunbookFiles([folder]);
    expect(runbooks).toHaveLength(1);
    expect(problems).toMatchObject([
      { file: join(folder, 'below/b.yaml'), code: 'repeated_name', path: 'metadata.name', severity: 'error' },
    ]);
    expect(problems[0]?.message).toContain(`${join(folder, 'a.yaml')}:1`);
  });

  it('without a runbook is a mistake, beside others as well', async () => {
    const folder = folderOf({ 'a.test.yaml': 'kind: RunbookTest', 'notes.txt': '' });
    const { problems } = await loadRunbookFiles([folder, folderOf({ 'a.yaml': MINIMAL })]);
    expect(problems).toMatchObject([{ file: folder, code: 'no_runbooks', severity: 'error' }]);
  });

  it.each(['/dev/zero', '/dev/null'])('%s is refused and not read', async (path) => {
    expect((await loadRunbookFiles([path])).problems).toMatchObject([{ file: path, code: 'not_a_file' }]);
  });

  it('with a pipe in it is refused and not waited for', async () => {
    const folder = folderOf({ 'a.yaml': MINIMAL });
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'b.yaml')]);
    expect((await loadRunbookFiles([folder])).problems).toMatchObject([
      { file: join(folder, 'b.yaml'), code: 'not_a_file' },
    ]);
  });

  it('as a config map mounts it has each file once', async () => {
    const folder = folderOf({ '..2026_01_01/a.yaml': MINIMAL });
    symlinkSync('..2026_01_01', join(folder, '..data'));
    symlinkSync(join('..data', 'a.yaml'), join(folder, 'a.yaml'));
    const { runbooks, problems, places } = await loadRunbookFiles([folder, join(folder, 'a.yaml')]);
    expect([runbooks.length, problems]).toEqual([1, []]);
    expect([...places.values()].map((placeOf) => placeOf([]).file)).toEqual([join(folder, 'a.yaml')]);
  });

  it('with one file that cannot be read still shows what is wrong with the others', async () => {
    const folder = folderOf({ 'a.yaml': 'kind: x' });
    symlinkSync('nowhere', join(folder, '0.yaml'));
    const { problems } = await loadRunbookFiles([folder]);
    expect(problems.map(({ file, code }) => [file, code])).toContainEqual([
      join(folder, '0.yaml'),
      'unreadable',
    ]);
    expect(problems.some(({ file }) => file === join(folder, 'a.yaml'))).toBe(true);
  });
});

it('loads the catalogue that ships', async () => {
  const { problems } = await loadRunbookFiles([new URL('../../runbooks', import.meta.url).pathname]);
  expect(problems.map(formatProblem)).toEqual([]);
});
