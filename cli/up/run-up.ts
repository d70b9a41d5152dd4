import { isAbsolute } from 'node:path';
import { version } from '#lib/version.ts';
import { DEFAULT_DATA_DIR } from '../connection/local-connection.ts';
import { removeUpFile, writeUpFile } from '../connection/up-file.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { stopRequest } from './stop-request.ts';
import { upFailure } from './up-failure.ts';
import { upReport } from './up-report.ts';

export interface UpOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly otlpEndpoint?: string;
  /** [those that ship] */
  readonly runbooks?: readonly string[];
  /** A configuration of decision, for its section policy. [the defaults] */
  readonly policyFile?: string;
}

export interface RunningSystem {
  readonly grpcEndpoint: string;
  readonly opsEndpoint: string;
  /** Where detectors report. */
  readonly httpEndpoint: string;
  /** Of the sandbox cluster, the only target there is. */
  readonly kubeconfig: string;
  /** Resolves with the reason when the system cannot go on. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

export type StartSystem = (options: UpOptions) => Promise<RunningSystem>;

/** Starts everything, says what runs where, and stops it cleanly when it is told to. */
export async function runUp(start: StartSystem, options: UpOptions, session: Session): Promise<ExitCode> {
  const { dataDir, policyFile } = options;
  const { clock, out, say, invokedAs } = session;
  const context = contextFor(dataDir);
  const beganMs = clock.monotonicMs();
  const system = await startOrExplain(start, options);
  // From here on a signal is heard, and everything that was started is stopped again.
  const stopped = stopRequest(session);
  const { grpcEndpoint, httpEndpoint, opsEndpoint, kubeconfig, failed } = system;
  const endpoints = { grpcEndpoint, httpEndpoint, opsEndpoint };
  writeUpFile(dataDir, { pid: process.pid, startedAt: clock.now(), version, ...endpoints });
  const running = { ...endpoints, kubeconfig, dataDir, context, ...(policyFile && { policyFile }) };
  await out.printNext(await upReport(running, clock));
  const doctor = `${invokedAs} doctor${context === 'local' ? '' : ` --context ${context}`}`;
  say(`Ready in ${seconds(clock.monotonicMs() - beganMs)}. In another terminal: ${doctor}`);
  const failure = await Promise.race([stopped, failed]);
  say(
    failure
      ? 'Stopping: a part of it cannot go on.'
      : 'Stopping: finishing what is in hand. Again, and it ends at once.',
  );
  await system.stop();
  removeUpFile(dataDir);
  if (failure) throw failure;
  say('Stopped.');
  return exitCodes.done;
}

async function startOrExplain(start: StartSystem, options: UpOptions): Promise<RunningSystem> {
  try {
    return await start(options);
  } catch (error) {
    throw upFailure(error, options.dataDir);
  }
}

/** How `--context` names it: a path is known by its looks. */
function contextFor(dataDir: string): string {
  if (dataDir === DEFAULT_DATA_DIR) return 'local';
  return isAbsolute(dataDir) || dataDir.startsWith('.') ? dataDir : `./${dataDir}`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
