import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUpFile } from '../../cli/connection/up-file.ts';
import { spawnBelay } from './belay-process.ts';
import { eventually } from './eventually.ts';
import type { Stack } from './stack.ts';

export interface EmbeddedStack extends Stack {
  readonly httpEndpoint: string;
  /** Of a detector: what it reports is nobody's request. */
  readonly detectorToken: string;
}

/** `belay up` in a folder of its own. */
export async function startEmbeddedStack(flags: readonly string[] = []): Promise<EmbeddedStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'belay-embedded-'));
  const running = spawnBelay(['up', '--data-dir', dataDir, '--port', '0', ...flags]);
  const { grpcEndpoint: endpoint, httpEndpoint } = await eventually(() => {
    const up = readUpFile(dataDir);
    if (up.state !== 'running') throw new Error(`not up: ${running.output()}`);
    return up.file;
  }, 30_000);
  return {
    name: 'embedded',
    target: 'sandbox',
    endpoints: { 'detector-adapter': endpoint, decision: endpoint, audit: endpoint },
    httpEndpoint,
    token: readFileSync(join(dataDir, 'token'), 'utf8').trim(),
    detectorToken: readFileSync(join(dataDir, 'detector-token'), 'utf8').trim(),
    kubeconfig: join(dataDir, 'sandbox.kubeconfig'),
    stop: async () => {
      await running.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
