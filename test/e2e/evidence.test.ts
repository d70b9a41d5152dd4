import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { emptyFolder, removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Clients, clientsOf, crashLoop } from '../support/stack.ts';
import { testCluster } from '../support/test-cluster.ts';

// How a runbook earns its freedom, on the command line of whoever answers for it.

let stack: EmbeddedStack;
let detectors: Clients;
beforeAll(async () => {
  const policyFile = join(emptyFolder(), 'decision.yaml');
  const policy = { risk: { minimumVerifiedRuns: 1 }, proposals: { observedDecisions: 2 } };
  writeFileSync(policyFile, stringify({ policy }));
  stack = await startEmbeddedStack(['--policy', policyFile]);
  detectors = clientsOf({ ...stack, token: stack.detectorToken });
}, 120_000);
afterAll(async () => {
  detectors?.close();
  await stack?.stop();
  removeFolders();
}, 60_000);

const belay = belayOn(() => stack);
const runbook = (...args: string[]) => belay('runbook', ...args);

/** A crash loop of an app of its own, reported by a detector. */
async function reported(): Promise<string> {
  const app = `app-${randomUUID().slice(0, 8)}`;
  const pod = await testCluster(stack.kubeconfig).deploy(app, 3);
  return (await detectors.detector.reportIncident(crashLoop(stack, app, pod))).incidentId;
}

const whyOf = (incidentId: string): Promise<string> =>
  eventually(async () => {
    const { code, stdout, stderr } = await belay('decision', 'why', incidentId);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  });

async function approve(incidentId: string): Promise<void> {
  const { request } = await eventually(async () => {
    const { code, stdout, stderr } = await belay('approval', 'show', incidentId, '-o', 'json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { request: { planHash: string } };
  });
  const plan = request.planHash.replace('sha256:', '').slice(0, 12);
  expect(await belay('approve', incidentId, '--plan', plan)).toMatchObject({ code: 0 });
}

it('what never ran here asks a person, and what was verified since is history, and runs by itself', async () => {
  expect((await runbook('show', 'restart-pod')).stdout).toContain('no decision was made with it');
  const first = await reported();
  expect(await whyOf(first)).toContain('never ran here before');
  await approve(first);

  await eventually(async () => {
    const { stdout } = await runbook('show', 'restart-pod');
    expect(stdout).toMatch(/restart-pod@1 +1 decision +1 run +100 % verified +1 approved +last run /);
  }, 30_000);
  await eventually(async () => {
    expect(await whyOf(await reported())).toMatch(/^ORDERED \(auto_execute\) {2}restart-pod@1 /);
  }, 30_000);
}, 120_000);

interface Listed {
  readonly items: readonly { readonly accept: string }[];
}

it('what it would have done is proposed to be suggested, and changes nothing until somebody accepts it', async () => {
  const mode = ['--mode', 'observe', '--reason', 'a week to watch'];
  expect(await runbook('activate', 'restart-pod@1', ...mode)).toMatchObject({ code: 0 });
  expect(await runbook('proposals')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('No proposals'),
  });
  for (let i = 0; i < 2; i += 1) expect(await whyOf(await reported())).toContain('(observe)');

  const [proposal] = await eventually(async () => {
    const { items } = JSON.parse((await runbook('proposals', '-o', 'json')).stdout) as Listed;
    expect(items).toMatchObject([
      {
        ...{ runbook: 'restart-pod@1', from: 'observe', to: 'suggest' },
        criteria: [{ what: 'decisions it would have acted on', observed: '2', limit: '>= 2' }],
      },
    ]);
    return items;
  }, 30_000);
  const { stdout, stderr } = await runbook('proposals', '--runbook', 'restart-pod');
  expect(stdout).toMatch(/restart-pod@1 +observe +suggest +decisions it would have acted on: 2 \(>= 2\)/);
  expect(stderr).toContain('unless somebody accepts it');
  expect((await runbook('show', 'restart-pod')).stdout).toMatch(/restart-pod@1 +active as observe/);

  const [, command = ''] = /belay (runbook activate .*) --reason \.\.\.$/.exec(proposal?.accept ?? '') ?? [];
  expect(await belay(...command.split(' '), '--reason', 'it would have been right')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('active as suggest'),
  });
  expect((await runbook('proposals', '-o', 'name')).stdout).toBe('');
  expect(await runbook('proposals', '--runbook', 'no-such')).toMatchObject({ code: 5 });
}, 120_000);
