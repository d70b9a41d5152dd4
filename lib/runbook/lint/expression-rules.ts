import { compileCondition } from '../conditions/compile-condition.ts';
import type { ScopeName } from '../conditions/fact-catalogue.ts';
import type { Path } from '../yaml-reader.ts';
import { error, type Finding, type LintRule, warning } from './lint-rule.ts';

/** Conditions whose answer no fact can change. */
export const constantConditions: LintRule = ({ preChecks, steps }) => [
  ...preChecks.flatMap(({ expression }, index) =>
    judge(expression, 'live', ['preChecks', index, 'expression'], PRE_CHECK),
  ),
  ...steps.flatMap(({ when, validation }, index) => [
    ...judge(when, 'live', ['steps', index, 'when'], 'the step is never taken'),
    ...judge(
      validation?.type === 'expression' ? validation.expression : undefined,
      'result',
      ['steps', index, 'validation', 'expression'],
      'the step always fails',
    ),
  ]),
];

const PRE_CHECK = 'the runbook never acts';

function judge(
  text: string | undefined,
  scope: ScopeName,
  path: Path,
  consequence: string,
): readonly Finding[] {
  const compiled = text === undefined ? undefined : compileCondition(text, scope);
  if (!compiled?.ok || compiled.condition.constant === undefined) return [];
  if (compiled.condition.constant)
    return [warning(path, 'always_holds', 'this holds whatever the facts are, remove it or compare a fact')];
  return [error(path, 'never_holds', `this can never hold, so ${consequence}, mend the comparison`)];
}
