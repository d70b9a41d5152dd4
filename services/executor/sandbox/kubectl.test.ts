import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { type SandboxCluster, startSandboxCluster } from './start-sandbox-cluster.ts';

const run = promisify(execFile);
const isInstalled = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

let sandbox: SandboxCluster;
let folder: string;
beforeEach(async () => {
  sandbox = await startSandboxCluster({ readyAfterMs: 100 });
  folder = mkdtempSync(join(tmpdir(), 'belay-kubectl-'));
  writeFileSync(join(folder, 'config'), sandbox.kubectlConfig, { mode: 0o600 });
});
afterEach(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const env = () => ({ PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'config') });
const kubectl = async (...args: readonly string[]) => (await run('kubectl', args, { env: env() })).stdout;
const needsKubectl = (context: TestContext) => context.skip(!isInstalled, 'kubectl is not installed');

it('lists pods as kubectl shows them', async (context) => {
  needsKubectl(context);
  const lines = (await kubectl('get', 'pods', '-l', 'app=api-server')).trim().split('\n');
  expect(lines[0]).toMatch(/^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE$/);
  expect(lines[1]).toMatch(/^api-server-abc123\s+0\/1\s+CrashLoopBackOff\s+1\s+\d+s$/);
  expect(lines).toHaveLength(4);
  expect(await kubectl('get', 'all', '-A')).toMatch(/deployment.apps\/checkout\s+3\/3\s+3\s+3/);
});

it('deletes a pod, waits for it, and watches its replacement become Ready', async (context) => {
  needsKubectl(context);
  const watching = spawn('kubectl', ['get', 'pods', '-l', 'app=api-server', '-w'], { env: env() });
  try {
    const seen = outputOf(watching);
    await eventually(() => expect(seen()).toContain('CrashLoopBackOff'));
    expect(await kubectl('delete', 'pod', 'api-server-abc123')).toContain('pod "api-server-abc123" deleted');
    await eventually(() => expect(seen()).toMatch(/api-server-abc123\s+0\/1\s+Terminating/));
    await eventually(async () => {
      const list = await kubectl('get', 'pods', '-l', 'app=api-server', '--no-headers');
      expect(list.match(/1\/1\s+Running/g)).toHaveLength(3);
    });
  } finally {
    watching.kill();
  }
});

it('changes an image, follows the rollout and undoes it', async (context) => {
  needsKubectl(context);
  await kubectl('set', 'image', 'deployment/worker', 'main=sandbox/worker:2');
  expect(await kubectl('rollout', 'status', 'deployment/worker', '--timeout=8s')).toContain(
    'successfully rolled out',
  );
  await kubectl('rollout', 'undo', 'deployment/worker');
  await kubectl('rollout', 'status', 'deployment/worker', '--timeout=8s');
  const image = 'jsonpath={.spec.template.spec.containers[0].image}';
  expect(await kubectl('get', 'deployment', 'worker', '-o', image)).toBe('sandbox/worker:1');
});

it('breaks a pod by an annotation', async (context) => {
  needsKubectl(context);
  await kubectl('annotate', 'pod', '-l', 'app=singleton', 'sandbox.belay.run/play=crash-loop');
  await eventually(async () =>
    expect(await kubectl('get', 'pods', '-l', 'app=singleton')).toContain('CrashLoopBackOff'),
  );
});

it('takes a manifest', async (context) => {
  needsKubectl(context);
  const manifest = join(folder, 'web.json');
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'none' }] },
  };
  const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
  writeFileSync(
    manifest,
    JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }),
  );
  await kubectl('apply', '--validate=false', '-f', manifest);
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=8s');
  await kubectl('delete', '-f', manifest);
  await eventually(async () => expect(await kubectl('get', 'pods', '-l', 'app=web')).toBe(''));
});

it('is told by name that it looks at a sandbox', async (context) => {
  needsKubectl(context);
  expect(await kubectl('config', 'current-context')).toBe('belay-sandbox\n');
  expect(await kubectl('version', '-o', 'json')).toContain('belay-sandbox');
});

function outputOf(child: ChildProcess): () => string {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return () => output;
}
