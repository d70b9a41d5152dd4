import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runningIn } from './lab-contract.ts';
import { pollUntil } from './poll-until.ts';

const script = fileURLToPath(new URL('./fixtures/start-servers.ts', import.meta.url));

describe('the servers of a test process, and their folders, are gone', () => {
  it.each([
    ['when it is killed', 'wait', 'SIGKILL'],
    ['when it is killed while a server is paused', 'wait-paused', 'SIGKILL'],
    ['when it is interrupted', 'wait', 'SIGINT'],
    ['when it is terminated', 'wait', 'SIGTERM'],
  ] as const)('%s', async (_when, mode, signal) => {
    const { child, folders } = await startServersInChild(mode);
    expect(folders.map((folder) => runningIn(folder).length)).not.toContain(0);
    child.kill(signal);
    await once(child, 'exit');
    expect(child.signalCode).toBe(signal);
    expect(await leftOf(folders)).toEqual([]);
  });

  it.each([
    ['when it exits', 'exit', 0],
    ['when it throws', 'throw', 1],
    ['when it runs out of work', 'finish', 0],
  ] as const)('%s', async (_when, mode, code) => {
    const { child, folders } = await startServersInChild(mode);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(code);
    expect(await leftOf(folders)).toEqual([]);
  });
});

async function startServersInChild(mode: string): Promise<{ child: ChildProcess; folders: string[] }> {
  const child = spawn(process.execPath, [script, mode], {
    stdio: ['ignore', 'pipe', mode === 'throw' ? 'ignore' : 'inherit'],
    env: { ...process.env, LAB_KEEP_LOGS: '' },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, folders: JSON.parse(line) as string[] };
}

/** What is left when the watchdog has had its time. */
async function leftOf(folders: readonly string[]): Promise<unknown[]> {
  const left = () => [...folders.flatMap(runningIn), ...folders.filter((folder) => existsSync(folder))];
  const isClean = async () => {
    if (left().length > 0) throw new Error('not yet');
  };
  return pollUntil(isClean, { timeoutMs: 5_000 }).then(left, left);
}
