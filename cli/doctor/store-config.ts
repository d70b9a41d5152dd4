import { z } from 'zod';
import { loadConfig } from '#lib/config/load-config.ts';
import { busSection, redisSection, sqlSection, topicsSection } from '#lib/config/sections.ts';

/** The sections of any service's configuration that name something to be reached; the rest is not judged. */
const schema = z.object({
  bus: busSection,
  sql: sqlSection,
  topics: topicsSection,
  guardrails: z
    .union([
      z.object({ kind: z.literal('redis'), ...redisSection.shape }),
      z.object({ kind: z.literal('memory') }),
    ])
    .optional(),
  /** Of decision. */
  targets: z.array(z.string()).optional(),
  /** Of an executor. */
  target: z.object({ name: z.string() }).optional(),
});

export type StoreConfig = z.infer<typeof schema>;

export function readStoreConfig(file: string, env: NodeJS.ProcessEnv): StoreConfig {
  // Variables of the other sections would count as misspelt ones.
  const ours = Object.entries(env).filter(([name]) =>
    /^BELAY_(BUS|SQL|TOPICS|GUARDRAILS|TARGETS?)(__|$)/.test(name),
  );
  const known = ours.filter(([name]) => !name.startsWith('BELAY_TARGET__') || name === 'BELAY_TARGET__NAME');
  return loadConfig(schema, { file, env: Object.fromEntries(known) });
}
