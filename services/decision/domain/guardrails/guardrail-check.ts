/** In the order in which a decision shows them. */
export const guardrailNames = [
  'storm',
  'circuit',
  'rate',
  'cooldown',
  'attempts',
  'budget',
  'concurrency',
  'workload lock',
] as const;

export type GuardrailName = (typeof guardrailNames)[number];

/** One scope's answer, with its numbers, whatever the others say. */
export interface GuardrailCheck {
  readonly name: GuardrailName;
  readonly result: 'pass' | 'refuse';
  readonly observed: string;
  readonly limit: string;
  /** For a service owner. Empty unless it refuses. */
  readonly reason: string;
  /** Stable. Empty unless it refuses. */
  readonly code: string;
  /** When it would pass by itself. Undefined when it passes, and when nobody can say. */
  readonly endsAt: Date | undefined;
}
