import { setFlagsFromString } from 'node:v8';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';

/**
 * PGlite with the code of V8's first compiler alone. The second one makes statements a third faster, but takes
 * half a gigabyte of memory and both cores for the first seconds after each start, when everything else starts.
 * The flags are the process's: nothing else in it runs WebAssembly to speak of.
 */
export function createPglite(options: PGliteOptions): Promise<PGlite> {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  return PGlite.create(options);
}
