import { createLogger } from '#lib/logger.ts';

export const silentLogger = createLogger({ name: 'test', level: 'silent' });
