import type { ConfigSources } from '#lib/config/load-config.ts';
import { serve } from '#lib/platform/serve.ts';
import { configSchema } from './config.ts';
import { createDetectorAdapter } from './service.ts';

export const main = (sources: ConfigSources): Promise<never> =>
  serve({ name: 'detector-adapter', schema: configSchema, create: createDetectorAdapter }, sources);
