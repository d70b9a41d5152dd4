import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * The folder of a PGlite database, with an fsync that reaches the disk. PGlite's own does nothing, so that a
 * commit would only be as safe as the machine's power. Needs `fsync = on` and `wal_sync_method = fsync`: the
 * other methods do not come through here.
 */
export class DurableNodeFs extends NodeFS {
  override async init(
    ...parameters: Parameters<NodeFS['init']>
  ): Promise<Awaited<ReturnType<NodeFS['init']>>> {
    const result = await super.init(...parameters);
    result.emscriptenOpts.preRun?.push((module) => {
      const nodeFs = (module as unknown as { NODEFS: NodeFileSystem }).NODEFS;
      nodeFs.stream_ops.fsync = (stream) => syncStream(nodeFs, stream);
    });
    return result;
  }
}

/** The part of Emscripten's NODEFS that is used here. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: OpenStream) => number };
  realPath(node: unknown): string;
}

interface OpenStream {
  /** The descriptor of a file; a directory has none. */
  readonly nfd?: number;
  readonly node: unknown;
}

const done = 0;

function syncStream(nodeFs: NodeFileSystem, { nfd, node }: OpenStream): number {
  if (nfd !== undefined) {
    fdatasyncSync(nfd);
    return done;
  }
  const directory = openSync(nodeFs.realPath(node), 'r');
  try {
    fdatasyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return done;
}
