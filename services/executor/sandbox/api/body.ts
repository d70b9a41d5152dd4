import { z } from 'zod';
import { badRequest } from './status.ts';

export interface Body {
  readonly contentType: string;
  readonly content: unknown;
}

/** What is common to all objects that clients send. */
export const sentObjectSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
  }),
  spec: z.unknown().optional(),
});
export type SentObject = z.infer<typeof sentObjectSchema>;

export function parseBody<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'invalid'}`);
}
