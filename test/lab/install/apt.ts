import { spawnSync } from 'node:child_process';
import { findCommand } from '../cache.ts';
import { run } from './run.ts';

let isUpdated = false;

/** Whether packages can be installed without asking anybody: Debian, and root or sudo without a password. */
export function canUseApt(): boolean {
  return findCommand('apt-get') !== undefined && (isRoot() || spawnSync('sudo', ['-n', 'true']).status === 0);
}

export async function aptInstall(packageName: string, logFile: string): Promise<void> {
  if (!isUpdated) await apt(['update'], logFile);
  isUpdated = true;
  await apt(['install', '-y', '--no-install-recommends', packageName], logFile);
}

async function apt(args: readonly string[], logFile: string): Promise<void> {
  const command = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...args,
  ];
  const [program = '', ...rest] = isRoot() ? command : ['sudo', '-n', ...command];
  await run(program, rest, { logFile });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
