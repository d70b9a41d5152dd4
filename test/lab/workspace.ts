import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard } from './guard.ts';

/** The temporary folder of one server: its data and its log. */
export interface Workspace {
  readonly folder: string;
  readonly dataFolder: string;
  readonly logFile: string;
  remove(options?: { readonly keepLog?: boolean }): void;
}

export function createWorkspace(
  name: string,
  owner?: { readonly uid: number; readonly gid: number },
): Workspace {
  const folder = mkdtempSync(join(tmpdir(), `belay-lab-${name}-`));
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder);
  if (owner) for (const path of [folder, dataFolder]) chownSync(path, owner.uid, owner.gid);

  const logFile = join(folder, `${name}.log`);
  const keepAlways = Boolean(process.env['LAB_KEEP_LOGS']);
  guard().removeAtEnd(keepAlways ? dataFolder : folder);
  return {
    folder,
    dataFolder,
    logFile,
    remove({ keepLog = keepAlways } = {}) {
      rmSync(keepLog ? dataFolder : folder, { recursive: true, force: true, maxRetries: 10 });
      if (!keepLog) return;
      guard().keep(folder);
      console.error(`lab: log of ${name} kept: ${logFile}`);
    },
  };
}
