import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyFolder, removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { testCluster } from '../support/test-cluster.ts';

// What the owner of a runbook does, on the command line of a system that runs.

const RESTART = readFileSync('runbooks/restart-pod.yaml', 'utf8');
const WHY = ['--reason', 'reviewed in 42'];

let stack: EmbeddedStack;
let folder: string;
beforeAll(async () => {
  stack = await startEmbeddedStack();
  folder = emptyFolder();
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  removeFolders();
}, 60_000);

const belay = belayOn(
  () => stack,
  () => folder,
);
const runbook = (...args: string[]) => belay('runbook', ...args);

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** What was decided about a crash loop of an app of its own. */
async function decide(): Promise<{ incidentId: string; why: string }> {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await testCluster(stack.kubeconfig).deploy(app, 3);
  const what = ['--service', app, '--symptom', 'CrashLoopBackOff', '--cause', 'pod_crash_loop'];
  const where = ['--resource', `pod/${pod}`, '-n', 'production', '--target', stack.target];
  const { stdout } = await belay(
    ...['incident', 'report', ...what, ...where, '--confidence', '0.95', '--wait', '-o', 'json'],
  );
  const { incident } = JSON.parse(stdout) as { incident: { incidentId: string } };
  const { stdout: why } = await belay('decision', 'why', incident.incidentId);
  return { incidentId: incident.incidentId, why };
}

it('the runbooks that ship are registered and active, and it is said where that is known from', async () => {
  const { code, stdout, stderr } = await runbook('list', '--status', 'active', '-o', 'name');
  expect(code).toBe(0);
  expect(stdout.split('\n').filter(Boolean)).toHaveLength(11);
  expect(stdout).toContain('restart-pod@1\n');
  expect(stderr).toContain('Registry of context ');
});

it('a changed runbook is applied, compared, activated, decided with, and told of', async () => {
  expect((await decide()).why).toMatch(/^ORDERED \(auto_execute\) {2}restart-pod@1 /);

  const changed = file('restart-pod.yaml', RESTART.replace('cooldownMinutes: 5', 'cooldownMinutes: 7'));
  const dry = await runbook('apply', changed, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('would be registered') });
  expect(dry.stdout).toMatch(/restart-pod\.yaml +restart-pod@2 +new +draft\n/);
  expect((await runbook('apply', changed, ...WHY)).stdout).toMatch(/restart-pod@2 +new +draft\n/);
  expect((await runbook('apply', changed, ...WHY)).stdout).toMatch(/restart-pod@2 +unchanged +draft\n/);

  const diff = await runbook('diff', 'restart-pod@1', 'restart-pod@2');
  expect(diff).toMatchObject({ code: 3, stderr: expect.stringContaining('none lets it act more freely') });
  expect(diff.stdout).toMatch(/guardrails\.cooldownMinutes +5 -> 7\n/);

  const seen = ['--seen', '2'];
  const stale = await runbook('activate', 'restart-pod@2', '--mode', 'auto_execute', ...seen, ...WHY);
  expect(stale).toMatchObject({ code: 6, stderr: expect.stringContaining('restart-pod@1 is active') });
  const active = await runbook('activate', 'restart-pod@2', '--mode', 'auto_execute', ...WHY);
  expect(active.stdout).toMatch(/^restart-pod@2 +active as auto_execute +before: restart-pod@1\n$/);
  expect((await decide()).why).toMatch(/^ORDERED \(auto_execute\) {2}restart-pod@2 /);

  const shown = (await runbook('show', 'restart-pod')).stdout;
  expect(shown).toMatch(
    /restart-pod@2 +active as auto_execute .*\n +activated as auto_execute .+: reviewed in 42/,
  );
  const history = (await runbook('history', 'restart-pod')).stdout;
  expect(history).toMatch(/restart-pod@2 +activated +auto_execute +\S+ +reviewed in 42/);
  expect(history).toMatch(/restart-pod@1 +deprecated/);
  await eventually(async () => {
    const told = await belay('audit', 'query', '--runbook', 'restart-pod@2', '-o', 'json');
    expect(told.stdout).toContain('restart-pod@2 activated as auto_execute by');
    expect(told.stdout).toContain('restart-pod@2 is active as auto_execute by');
  });
}, 120_000);

it('one that is only watched does nothing, and one that is stopped is not found', async () => {
  const mode = ['--mode', 'observe'];
  expect(await runbook('activate', 'restart-pod@2', ...mode, ...WHY)).toMatchObject({ code: 0 });
  expect((await decide()).why).toMatch(/^NOT DONE \(observe\) {2}restart-pod@2 /);
  expect(await runbook('archive', 'restart-pod', ...WHY)).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('restart-pod@2 is active'),
  });
  expect(await runbook('deprecate', 'restart-pod', ...WHY)).toMatchObject({ code: 0 });
  expect((await decide()).why).toContain('no runbook');
  expect(await runbook('archive', 'restart-pod', ...WHY)).toMatchObject({
    code: 0,
    stdout: 'restart-pod@2  archived\nrestart-pod@1  archived\n',
  });
}, 120_000);

it('what cannot be is refused, each with a code of its own', async () => {
  const rival = RESTART.replace('name: restart-pod', 'name: rival').replace('CrashLoopBackOff', 'high_cpu');
  const loses = file('rival.yaml', rival.replace('resourceKinds: [pod]', 'resourceKinds: []'));
  const broken = file('broken.yaml', RESTART.replace('cooldownMinutes', 'cooldownMinute'));
  await runbook('apply', loses, ...WHY);
  const [unknown, refused, invalid, unsaid, unversioned, freer] = await Promise.all([
    runbook('activate', 'no-such@1', '--mode', 'observe', ...WHY),
    runbook('activate', 'rival@1', '--mode', 'observe', ...WHY),
    runbook('apply', broken, ...WHY),
    runbook('apply', loses),
    runbook('activate', 'rival', '--mode', 'observe', ...WHY),
    runbook('activate', 'failover-database@1', '--mode', 'auto_execute', ...WHY),
  ]);
  expect(unknown).toMatchObject({ code: 5, stdout: '' });
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(
    /rival@1:\d+:\d+ spec\.triggers\.symptoms\.0: ecs-scale-up \(ecs-scale-up@1:/,
  );
  expect(invalid).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('did you mean cooldownMinutes?'),
  });
  expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason is missing') });
  expect(unversioned).toMatchObject({ code: 2, stderr: expect.stringContaining('rival@1') });
  expect(freer).toMatchObject({ code: 2, stderr: expect.stringContaining('failover-database@1 asks for') });
}, 60_000);
