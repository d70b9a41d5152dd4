import { configSchema } from '../../services/decision/config.ts';

/** What decision goes by where its configuration says nothing. */
export const DEFAULT_POLICY = configSchema.shape.policy.parse(undefined);
