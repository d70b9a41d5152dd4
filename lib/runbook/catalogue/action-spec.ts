import type { ArgumentTypeName } from '../argument-types.ts';
import type { RiskLevel } from '../runbook.ts';

/** What an action takes and what it can do. Executors implement it; the linter and the planner read it. */
export interface ActionSpec {
  readonly summary: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Parameters of which at most one is given; where one is needed, exactly one. */
  readonly choices?: readonly { readonly of: readonly string[]; readonly isNeeded: boolean }[];
  /** The risk table: a runbook around this action declares at least this much. */
  readonly minimumRisk: RiskLevel;
  /** Whether the state before can be had again, by the action's rollback or by a controller. */
  readonly isReversible: boolean;
  /** Never decided by a machine alone, whatever the runbook says. */
  readonly needsPerson?: true;
  readonly isReadOnly?: true;
}

export interface ParameterSpec {
  readonly type: ArgumentTypeName;
  readonly description: string;
  readonly required?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Says nothing without these. */
  readonly needs?: readonly string[];
  readonly allowedValues?: readonly string[];
  /** Written by the author alone: nothing from an incident may stand in it. */
  readonly isLiteral?: true;
}
