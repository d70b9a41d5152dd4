import { configSchema } from '../../services/decision/config.ts';

/** What decision goes by where nobody has set anything. */
export const defaultPolicy = configSchema.shape.policy.parse(undefined);
