import { readdirSync, readFileSync } from 'node:fs';

/**
 * Signals a process and everything below it, and returns whom. Not by process group alone: Postgres puts each
 * of its workers into a group of its own.
 */
export function signalTree(root: number, signal: NodeJS.Signals): number[] {
  const pids = processTree(root);
  if (isForAll(signal)) for (const target of [...pids, -root]) send(target, signal);
  else send(root, signal);
  return pids;
}

/** A graceful signal is for the server alone, which tells its workers. */
function isForAll(signal: NodeJS.Signals): boolean {
  return signal === 'SIGKILL' || signal === 'SIGSTOP' || signal === 'SIGCONT';
}

export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== 'Z';
}

/** Parents first: a parent that is stopped or dead makes no new children. */
function processTree(root: number): number[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent);
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []).map((child) => child.pid));
  return tree;
}

function allProcesses(): { pid: number; parent: number }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [{ pid, parent: stat.parent }];
    });
}

function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
