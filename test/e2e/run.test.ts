import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { removeFolders } from '../../cli/fixtures/run-belay.ts';
import { belayOn } from '../support/belay-on.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../support/embedded-stack.ts';
import { eventually } from '../support/eventually.ts';
import { type TestCluster, testCluster } from '../support/test-cluster.ts';

// What somebody does who knows the fix, and whom no detector has asked.

let folder: string;
let stack: EmbeddedStack;
let cluster: TestCluster;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-run-'));
  const asking = parseDocument(readFileSync('runbooks/restart-pod.yaml', 'utf8'));
  asking.setIn(['metadata', 'name'], 'replace-with-ticket');
  asking.deleteIn(['spec', 'triggers']);
  asking.setIn(['spec', 'decisionMode'], 'approval_required');
  asking.setIn(['spec', 'approval'], { approvers: ['group:platform-oncall'], timer: 'PT10M' });
  asking.setIn(['spec', 'parameters'], { ticket: { required: true, pattern: '[A-Z]+-[0-9]+' } });
  writeFileSync(join(folder, 'asking.yaml'), asking.toString());
  stack = await startEmbeddedStack(['--runbooks', 'runbooks/restart-pod.yaml', '--runbooks', folder]);
  cluster = testCluster(stack.kubeconfig);
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
  removeFolders();
}, 60_000);

const belay = belayOn(() => stack);

const appName = () => `app-${randomUUID().slice(0, 8)}`;

const run = (runbook: string, app: string, pod: string, ...more: string[]) =>
  belay(
    ...['runbook', 'run', runbook, '--resource', `pod/${pod}`, '-n', 'production'],
    ...['--service', app, '--reason', 'it hangs', ...more],
  );

interface Shown {
  readonly runId: string;
  readonly approvalId: string;
  readonly mode: string;
  readonly code: string;
}
const shownBy = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Shown => {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Shown;
};

const namesOf = async (app: string) => (await cluster.pods(app)).map(({ metadata }) => metadata?.name);

it('is carried out, verified, and told of under its own number', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3);
  const { code, stdout, stderr } = await run('restart-pod', app, pod, '--wait');
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('RUN-') });
  expect(stdout).toContain('local asked for RunbookService/RunRunbook');
  expect(stdout).toMatch(/outcome +fixed/);
  expect(await namesOf(app)).not.toContain(pod);

  const runId = /RUN-[0-9a-f]{10}/.exec(stderr)?.[0] ?? '';
  expect((await belay('incident', 'show', runId)).stdout).toMatch(/outcome +fixed/);
  const why = await belay('decision', 'why', runId);
  expect(why.stdout).toMatch(/match +pass +by hand +restart-pod/);
  expect(why.stdout).toMatch(/confidence +pass +asked for by local/);
  expect(why.stdout).toContain(runId);
}, 90_000);

it('the same request is one run', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3);
  const again = () => run('restart-pod', app, pod, '--request-id', app, '-o', 'json');
  const [first, second] = [shownBy(await again()), shownBy(await again())];
  expect(second.runId).toBe(first.runId);
  const found = await belay('incident', 'show', first.runId);
  expect(found.code).toBe(0);
  const other = await run('restart-pod', app, `${pod}-other`, '--request-id', app);
  expect(other).toMatchObject({ code: 6, stderr: expect.stringContaining('REQUEST_ID_USED') });
}, 60_000);

it('is stopped by the kill switch, says why, and does nothing once that is released', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3);
  await belay('kill-switch', 'engage', '--reason', 'bad deploy tooling');
  const blocked = await run('restart-pod', app, pod);
  await belay('kill-switch', 'release', '--reason', 'mended');
  expect(blocked).toMatchObject({ code: 3, stderr: expect.stringContaining('bad deploy tooling') });
  expect(blocked.stdout).toMatch(/kill switch +REFUSE/);
  expect(blocked.stdout).toMatch(/opt-in +pass/);
  expect(await namesOf(app)).toContain(pod);
}, 60_000);

it('changes nothing when it is dry, and shows the plan', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3);
  const before = await namesOf(app);
  const dry = await run('restart-pod', app, pod, '--dry-run', '--wait');
  expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Dry run: restart-pod runs') });
  expect(dry.stdout).toMatch(/would change +pod production/);
  expect(dry.stdout).toMatch(/target +ready peers +pass/);
  expect(await namesOf(app)).toEqual(before);
  expect(await run('restart-pod', app, pod, '--wait')).toMatchObject({ code: 0 });
}, 90_000);

it('needs a second person where the runbook asks for people', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3);
  const wrong = await run('replace-with-ticket', app, pod, '-p', 'ticket=later');
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('parameter ticket does not match'),
  });
  const missing = await run('replace-with-ticket', app, pod);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('PARAMETER_MISSING') });

  const asked = await run('replace-with-ticket', app, pod, '-p', 'ticket=OPS-17', '-o', 'json');
  expect(asked).toMatchObject({ code: 0, stderr: expect.stringContaining('A second person approves it') });
  const { approvalId, runId } = shownBy(asked);
  const page = await eventually(async () => {
    const shown = await belay('approval', 'show', runId);
    if (shown.code !== 0) throw new Error(shown.stderr);
    return shown.stdout;
  });
  expect(page).toContain('OPS-17');
  expect(page).toContain('it hangs');
  const { request } = JSON.parse((await belay('approval', 'show', approvalId, '-o', 'json')).stdout) as {
    request: { planHash: string };
  };
  const own = await belay('approve', approvalId, '--plan', request.planHash);
  expect(own).toMatchObject({ code: 4, stderr: expect.stringContaining('SELF_APPROVAL') });
  expect(await belay('deny', approvalId, '--reason', 'not after all')).toMatchObject({ code: 0 });
  expect(await namesOf(app)).toContain(pod);
}, 90_000);

it('leaves alone what has not opted in, whoever asks', async () => {
  const app = appName();
  const pod = await cluster.deploy(app, 3, { optedIn: false });
  const refused = await run('restart-pod', app, pod, '--wait');
  expect(refused.code).toBe(3);
  expect(refused.stdout).toContain('opt');
  expect(refused.stdout).toMatch(/outcome +not done/);
  expect(await namesOf(app)).toContain(pod);
}, 60_000);
