import { BelayError } from '#lib/errors.ts';
import type { Session } from '../frame/session.ts';
import { askStores } from './ask-stores.ts';
import type { Examination } from './check.ts';
import { localChecks } from './local-checks.ts';
import { readStoreConfig } from './store-config.ts';

/** The stores that the configuration of a service names, from this machine and with its credentials. */
export async function examineStores(file: string, { globals, env, clock }: Session): Promise<Examination> {
  const config = readStoreConfig(file, env);
  const answer = await askStores(config, { timeoutMs: globals.timeoutMs, clock });
  const checks = [...localChecks({ clock }), ...answer.checks];
  return answer.reached ? { checks } : { checks, error: nothingAnswers(file) };
}

function nothingAnswers(file: string): BelayError {
  return new BelayError('unavailable', `nothing that ${file} names answers`, {
    code: 'NOTHING_REACHED',
    next: `start the stores, or correct their addresses in ${file}, and look again`,
  });
}
