import { pass, refuse } from './check-words.ts';
import type { GuardrailCheck } from './guardrail-check.ts';
import { DAY_MS, type Observed } from './observed.ts';
import type { SlotWants } from './slot-wants.ts';

/** Of all runbooks. A scope without a limit has no budget, and is counted all the same. */
export function checkBudget(
  { budget }: Pick<Observed, 'budget'>,
  { limits, target }: SlotWants,
): GuardrailCheck {
  const { global, perTarget } = limits.budget;
  const scopes = [
    { ...budget.global, limit: global, where: 'in all' },
    { ...budget.target, limit: perTarget, where: `at ${target}` },
  ];
  const numbers = {
    name: 'budget',
    observed: `all ${budget.global.count}, target ${budget.target.count} in 24 h`,
    limit: scopes.map(({ limit }) => (limit === 0 ? 'none' : String(limit))).join(', '),
  } as const;
  const spent = scopes.filter(({ count, limit }) => limit > 0 && count >= limit);
  if (spent.length === 0) return pass(numbers);
  const words = spent.map(({ count, limit, where }) => `${count} of ${limit} ${where}`).join(', ');
  const endsAtMs = Math.max(...spent.map(({ blockedByMs }) => blockedByMs + DAY_MS));
  return refuse(numbers, 'budget_spent', `the actions of a day are spent: ${words}`, endsAtMs);
}
