import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

async function campaign(script: string, name: string): Promise<string> {
  const args = [`${root}test/${script}/run.ts`, ...name.split(' '), '--quick'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 170_000 });
  return stdout;
}

// The quick forms. The long ones are run by hand, with the figures in the notes of a release.
it.each(['bus', 'thread', 'decision', 'decision retries'])('faults %s: no violation', async (name) => {
  expect(await campaign('faults', name)).toMatch(
    new RegExp(`^FAULTS ${name.split(' ')[0]} trials=\\d+ violations=0$`, 'm'),
  );
});

it.each([
  ['bus', 5],
  ['runbooks', 3],
  ['thread', 2],
])('bench %s prints its figures, whether they are met or short', async (name, figures) => {
  const lines = (await campaign('bench', name)).match(/^RATIO \S.* [<>]=[\d.]+ (ok|short)$/gm);
  expect(lines).toHaveLength(figures);
});
