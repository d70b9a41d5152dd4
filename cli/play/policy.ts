import { z } from 'zod';
import { loadConfig } from '#lib/config/load-config.ts';
import { readYaml } from '#lib/config/read-yaml.ts';
import { BelayError } from '#lib/errors.ts';
import { configSchema, type DecisionConfig } from '../../services/decision/config.ts';

export type Policy = DecisionConfig['policy'];

const { policy } = configSchema.shape;

/** What decision goes by where its configuration says nothing. */
export const DEFAULT_POLICY: Policy = policy.parse(undefined);

/** The section `policy` of a configuration of decision. The others are not judged. */
export function readPolicy(file: string): Policy {
  const { settings, problems } = readYaml(file);
  const isThere = settings.some(({ path }) => path[0] === 'policy');
  if (problems.length === 0 && !isThere) {
    // The defaults would pass for what the file says.
    throw new BelayError('invalid', `${file} has no section policy`, {
      code: 'POLICY_MISSING',
      next: 'give the configuration of decision, or a file with its section policy',
    });
  }
  return loadConfig(z.object({ policy }), { file }).policy;
}
