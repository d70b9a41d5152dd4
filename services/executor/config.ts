import { z } from 'zod';
import { platformSections } from '#lib/platform/platform-config.ts';
import { signingSection } from '#lib/platform/signing.ts';
import { secret } from '#lib/config/secret.ts';

const kubernetesSection = z.union([
  /** The service account of the pod that the executor runs in. */
  z.strictObject({ inCluster: z.literal(true) }),
  z.strictObject({ kubeconfig: z.string().min(1) }),
  z.strictObject({ server: z.url(), token: secret(), caFile: z.string().min(1).exactOptional() }),
]);

export const configSchema = z.strictObject({
  ...platformSections({ grpc: 7174, ops: 7184 }),
  signing: signingSection,
  /** One executor deployment serves one target, and holds the only credentials to it. */
  target: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, 'small letters, digits and dashes, at most 40'),
    kubernetes: kubernetesSection,
  }),
});
export type ExecutorConfig = z.infer<typeof configSchema>;
export type TargetConfig = ExecutorConfig['target'];
