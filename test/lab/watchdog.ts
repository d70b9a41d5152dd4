// Runs as a process of its own, started by guard.ts. Reads lines from stdin:
//   pid N       a server runs as process N
//   forget N    it ended: its number may soon belong to somebody else
//   folder P    remove this at the end
//   keep P      or rather do not
// When stdin ends, its parent has ended.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { signalTree } from './process-tree.ts';

const pids = new Set<number>();
const folders = new Set<string>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, value = ''] = line.split(/ (.*)/);
  if (verb === 'pid') pids.add(Number(value));
  if (verb === 'forget') pids.delete(Number(value));
  if (verb === 'folder') folders.add(value);
  if (verb === 'keep') folders.delete(value);
}

for (const pid of pids) signalTree(pid, 'SIGKILL');
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
