import { RunbookServiceClient, type RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import { BelayError } from '#lib/errors.ts';
import type { GrpcClient } from '#lib/grpc/grpc-client.ts';
import { call } from '../connection/call.ts';
import type { Session } from '../frame/session.ts';
import { usageError } from '../frame/usage-error.ts';

export const callRegistry = <T>(
  session: Session,
  talk: (client: GrpcClient<typeof RunbookServiceService>) => Promise<T>,
): Promise<T> => call(session, RunbookServiceClient, talk);

/**
 * The name of the context whose registry is meant; undefined where nothing runs here and nothing else was asked
 * for. One that is asked for and does not answer is an error, and not a reason to tell of something else.
 */
export async function registryContext({ connection, globals, env }: Session): Promise<string | undefined> {
  try {
    return (await connection()).context;
  } catch (error) {
    const isNamed = globals.context ?? (env['BELAY_CONTEXT'] || undefined);
    if (error instanceof BelayError && error.code === 'NOT_RUNNING' && isNamed === undefined)
      return undefined;
    throw error;
  }
}

export interface VersionName {
  readonly name: string;
  /** 0: none was named. */
  readonly version: number;
}

/** restart-pod, or restart-pod@3. */
export function versionNameOf(reference: string): VersionName {
  const [, name, version] = /^(.+)@(\d{1,9})$/.exec(reference) ?? [];
  return name === undefined ? { name: reference, version: 0 } : { name, version: Number(version) };
}

/** Where one version has to be named. */
export function oneVersion(reference: string, help: string): VersionName {
  const named = versionNameOf(reference);
  if (named.version > 0) return named;
  throw usageError(`${reference} names no version`, { next: `As in ${named.name}@1.`, help });
}
