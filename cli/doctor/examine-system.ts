import { BelayError } from '#lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { findConnection, findContext } from '../connection/find-connection.ts';
import { upCommand } from '../connection/local-connection.ts';
import type { Session } from '../frame/session.ts';
import { askGrpc } from './ask-grpc.ts';
import { type Asking, askOps } from './ask-ops.ts';
import type { Answer, Examination } from './check.ts';
import { localChecks } from './local-checks.ts';

/** The running system that is meant, by its own account and by how it looks from here. */
export async function examineSystem(ops: readonly string[], session: Session): Promise<Examination> {
  const { globals, clock, env, cwd } = session;
  const asking = { timeoutMs: globals.timeoutMs, clock };
  const context = await findContext(globals, { env, cwd });
  const found = await connectionOrError(session);
  // Whoever names ops servers asks those, and not after a system that does not run here.
  const isHere = 'dataDir' in context && !(found instanceof BelayError && ops.length > 0);
  const here = isHere && { dataDir: context.dataDir, start: upCommand(context.context) };
  const local = localChecks({ clock, ...here });
  const answers = await Promise.all([...ops.map((url) => askOps(url, asking)), ...askAll(found, asking)]);
  const checks = [...local, ...answers.flatMap((answer) => answer.checks)];
  if (answers.some(({ reached }) => reached)) return { checks };
  return { checks, error: found instanceof BelayError ? found : nothingAnswers(found.endpoint) };
}

async function connectionOrError({ globals, env, cwd }: Session): Promise<Connection | BelayError> {
  try {
    return await findConnection(globals, { env, cwd });
  } catch (error) {
    if (error instanceof BelayError) return error;
    throw error;
  }
}

function askAll(found: Connection | BelayError, asking: Asking): Promise<Answer>[] {
  if (found instanceof BelayError) return [];
  return [askGrpc(found, asking), ...found.ops.map((url) => askOps(url, asking))];
}

function nothingAnswers(endpoint: string): BelayError {
  return new BelayError('unavailable', `nothing answers at ${endpoint}`, {
    code: 'NOTHING_REACHED',
    next: 'start it, or name another with --context or --endpoint; belay up starts one here',
  });
}
