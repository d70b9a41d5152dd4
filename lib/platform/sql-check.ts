import type { HealthCheck } from '#lib/lifecycle/component.ts';

/** Of a service's own tables, by what they are to it. */
export const sqlCheck = (name: string, sql: { check(): Promise<void> }): HealthCheck => ({
  name,
  check: async () => {
    await sql.check();
    return { ok: true, detail: 'answers and takes writes' };
  },
});
