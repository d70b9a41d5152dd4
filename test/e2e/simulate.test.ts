import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyFolder, removeFolders, runBelay } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { testCluster } from '../support/test-cluster.ts';

// A service owner changes a runbook, and asks the system that runs what that would have done.

const shipped = new URL('../../runbooks/restart-pod.yaml', import.meta.url).pathname;
const fixed = `app-${randomUUID().slice(0, 8)}`;
const suggested = `app-${randomUUID().slice(0, 8)}`;

let stack: EmbeddedStack;
let cwd: string;
beforeAll(async () => {
  stack = await startEmbeddedStack(['--runbooks', shipped]);
  cwd = emptyFolder();
  const text = readFileSync(shipped, 'utf8');
  writeFileSync(join(cwd, 'same.yaml'), text);
  writeFileSync(join(cwd, 'changed.yaml'), text.replace('minimumConfidence: 0.8', 'minimumConfidence: 0.5'));
  const pod = await testCluster(stack.kubeconfig).deploy(fixed, 3);
  expect(await report(fixed, pod, '0.95')).toBe(0);
  expect(await report(suggested, `${suggested}-0`, '0.6')).toBe(3);
  expect(await report(`${suggested}-too`, 'x', '0.6', 'nobody_knows')).toBe(3);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  removeFolders();
}, 60_000);

const belay = belayOn(
  () => stack,
  () => cwd,
);

async function report(app: string, pod: string, confidence: string, cause = 'pod_crash_loop') {
  const where = ['--resource', `pod/${pod}`, '-n', 'production', '--target', stack.target];
  const what = ['--service', app, '--cause', cause, '--confidence', confidence, '--wait'];
  return (await belay('incident', 'report', ...what, ...where)).code;
}

it('finds nothing that changes with the runbook that runs', async () => {
  const { code, stdout } = await belay('simulate', 'same.yaml', '--fail-on', 'any');
  expect(stdout).toMatch(/^3 incidents since \S+Z, 0 change: /m);
  expect(code).toBe(0);
});

it('ends with 3 where an incident would be automatic that was not', async () => {
  const args = ['simulate', 'changed.yaml', '--since', '1h', '--fail-on', 'new-auto'];
  const { code, stdout } = await belay(...args, '-o', 'json');
  expect(code).toBe(3);
  const { items } = JSON.parse(stdout) as { items: readonly Record<string, unknown>[] };
  const changes = Object.fromEntries(items.map(({ service, change }) => [service, change]));
  expect(changes).toEqual({
    [fixed]: 'none',
    [suggested]: 'new_automatic',
    [`${suggested}-too`]: 'none',
  });
  expect(items[0]).toMatchObject({ settledBy: 'recorded', simulated: { mode: 'auto_execute' } });
});

it('comes to the same from a file, with the system away', async () => {
  const { stdout } = await belay('audit', 'query', '--since', '1h', '--limit', '2000', '-o', 'json');
  writeFileSync(join(cwd, 'events.json'), stdout);
  const away = await runBelay(['simulate', 'changed.yaml', '-f', 'events.json', '--fail-on', 'new-auto'], {
    cwd,
  });
  expect(away.stdout).toContain('3 incidents, 1 changes: 1 new automatic');
  expect(away.code).toBe(3);
  const gone = await runBelay(['simulate', 'changed.yaml'], {
    cwd,
    env: { BELAY_ENDPOINT: '127.0.0.1:1' },
  });
  expect(gone).toMatchObject({ code: 7, stdout: '' });
});

it('takes runbooks for no freer than people let them be, unless it is told to', async () => {
  const chosen = ['--mode', 'suggest', '--reason', 'to be watched'];
  expect((await belay('runbook', 'activate', 'restart-pod@1', ...chosen)).code).toBe(0);
  const args = ['simulate', 'changed.yaml', '--since', '1h', '--fail-on', 'new-auto'];
  const [bounded, own] = [await belay(...args), await belay(...args, '--own-modes')];
  expect(bounded).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 new automatic, 1 no longer automatic'),
    stderr: expect.stringContaining(
      'restart-pod may do what it may now, suggest, though it asks for auto_execute; --own-modes lets it.',
    ),
  });
  expect(own).toMatchObject({ code: 3, stdout: expect.stringContaining('1 new automatic') });
  expect(own.stderr).not.toContain('may do what it may now');
});
