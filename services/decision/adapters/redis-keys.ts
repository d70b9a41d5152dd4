export interface GuardrailKeys {
  readonly tag: string;
  /** Names the Redis process that the store was rebuilt in. */
  readonly ready: string;
  readonly rebuilding: string;
  slot(decisionId: string): string;
  /** Scripts name all of their keys: undefined is a lock that nobody takes. */
  lock(workload: string | undefined): string;
}

export function guardrailKeys(prefix: string): GuardrailKeys {
  const tag = `{${prefix}:guardrails}`;
  return {
    tag,
    ready: `${tag}:ready`,
    rebuilding: `${tag}:rebuilding`,
    slot: (decisionId) => `${tag}:slot:${decisionId}`,
    lock: (workload) => (workload === undefined ? `${tag}:no-lock` : `${tag}:lock:${workload}`),
  };
}
