import type { ConfigSources } from '#lib/config/load-config.ts';
import { serve } from '#lib/platform/serve.ts';
import { configSchema } from './config.ts';
import { createExecutor } from './service.ts';

export const main = (sources: ConfigSources): Promise<never> =>
  serve({ name: 'executor', schema: configSchema, create: createExecutor }, sources);
