import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { createPglite } from './create-pglite.ts';

/**
 * A database as it is right after it was made, as a tar file. Making one takes seconds and a gigabyte of
 * memory, so it is made once, by build-pglite-image.ts, and unpacked for each new folder.
 */
export async function freshDatabase(): Promise<Buffer> {
  try {
    return zstdDecompressSync(readFileSync(imageFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return await makeDatabase();
  }
}

export async function buildImage(): Promise<string> {
  const image = zstdCompressSync(await makeDatabase(), {
    params: {
      [constants.ZSTD_c_compressionLevel]: 19,
    },
  });
  writeFileSync(`${imageFile}.new`, image);
  renameSync(`${imageFile}.new`, imageFile);
  return imageFile;
}

/** All or nothing: a process that is killed here leaves no folder that looks like a database. */
export async function unpackInto(folder: string, tar: Buffer): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const files = new Map<string, Buffer>();
  for (const { name, isDirectory, content } of tarEntries(tar)) {
    const path = join(unfinished, name);
    mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o700 });
    if (!isDirectory) files.set(path, content);
  }
  await writeDurably(files);
  renameSync(unfinished, folder);
}

/** Made by one version of PGlite and read by no other. */
const version = (
  JSON.parse(
    readFileSync(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')), 'utf8'),
  ) as { version: string }
).version;
const imageFile = join(import.meta.dirname, `pglite-${version}.tar.zst`);

async function makeDatabase(): Promise<Buffer> {
  // Small segments, because an embedded database writes little and its log is never archived.
  const pglite = await createPglite({ initDbStartParams: ['--wal-segsize=1'] });
  try {
    // What new databases are copied from: two thirds of the files, and there will be no other database.
    await pglite.exec('update pg_database set datistemplate = false');
    for (const name of ['template0', 'template1']) await pglite.exec(`drop database ${name}`);
    await pglite.exec('vacuum freeze');
    await pglite.exec('checkpoint');
    const tar = await pglite.dumpDataDir('none');
    return Buffer.from(await tar.arrayBuffer());
  } finally {
    await pglite.close();
  }
}

interface TarEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly content: Buffer;
}

const tarBlockBytes = 512;
const tarDirectory = '5';

/** Short names and sizes below 8 GB are all that PGlite writes. */
function* tarEntries(tar: Buffer): Generator<TarEntry> {
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const field = (from: number, to: number) =>
      tar.toString('latin1', at + from, at + to).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 136), 8) || 0;
    const start = at + tarBlockBytes;
    yield {
      name: field(0, 100),
      isDirectory: field(156, 157) === tarDirectory,
      content: tar.subarray(start, start + size),
    };
    at = start + Math.ceil(size / tarBlockBytes) * tarBlockBytes;
  }
}

/** Several at a time, because the disk can do their syncs together. */
async function writeDurably(files: ReadonlyMap<string, Buffer>): Promise<void> {
  const queue = files.entries();
  const writer = async () => {
    for (const [path, content] of queue) {
      await using file = await open(path, 'w', 0o600);
      await file.writeFile(content);
      await file.datasync();
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
}
