import { z } from 'zod';
import { platformSections } from '#lib/platform/platform-config.ts';
import { trustSection } from '#lib/platform/signing.ts';

export const configSchema = z.strictObject({
  ...platformSections({ grpc: 7175, ops: 7185 }),
  signing: trustSection,
});
export type VerifierConfig = z.infer<typeof configSchema>;
