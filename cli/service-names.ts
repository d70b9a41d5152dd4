import type { ServiceName } from './services.ts';

/** For help and completion, which have no time to load the services themselves. */
export const serviceNames = [
  'detector-adapter',
  'decision',
  'executor',
  'verifier',
  'audit',
] as const satisfies readonly ServiceName[];
