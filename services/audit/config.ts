import { z } from 'zod';
import { platformSections } from '#lib/platform/platform-config.ts';
import { trustSection } from '#lib/platform/signing.ts';

export const configSchema = z.strictObject({
  ...platformSections({ grpc: 7176, ops: 7186 }),
  /** Action events count only with the signature of their target. Left out where one process is everything. */
  signing: trustSection.exactOptional(),
});
export type AuditConfig = z.infer<typeof configSchema>;
