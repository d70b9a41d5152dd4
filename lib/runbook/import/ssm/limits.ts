import type { Path } from '../../yaml-reader.ts';
import type { DraftStep } from '../draft.ts';
import type { Section } from '../section.ts';

/** Timeout, retries and what a failure means, in the fields of the format. */
export function limitsOf(source: Section): {
  readonly limits: Partial<DraftStep>;
  readonly origins: Readonly<Record<string, Path>>;
} {
  const attempts = source.number('maxAttempts');
  const limits = {
    timeoutSeconds: source.limit('timeoutSeconds'),
    retries: attempts === undefined ? undefined : attempts - 1,
    required: isRequired(source),
  };
  if (source.text('onCancel') !== 'Abort') source.keep('onCancel', CANCEL);
  source.keep('outputs', OUTPUTS);
  const origins = { timeoutSeconds: source.at('timeoutSeconds'), retries: source.at('maxAttempts') };
  return { limits, origins };
}

const CANCEL =
  'a run that is cancelled stops before its next step, it is kept in x-imported, undo by hand what is left';
const OUTPUTS = 'steps do not see what others returned, it is kept in x-imported, use a fact of the incident';

/** Only `Continue` makes a step one that may fail. A jump is not followed: the run stops, which is the stricter. */
function isRequired(source: Section): boolean | undefined {
  const failure = source.text('onFailure') ?? 'Abort';
  const isCritical = source.boolean('isCritical') ?? true;
  const goesOn = failure === 'Continue';
  if (failure !== 'Abort' && !goesOn)
    source.keep(
      'onFailure',
      'a failed step ends the run and undoes the steps before it, write what it does there as their rollback',
    );
  if (!isCritical && !goesOn)
    source.keep(
      'isCritical',
      'a failed step makes the run a failed one, write required: false if it may be skipped',
    );
  if (goesOn && isCritical && source.has('isCritical'))
    source.keep(
      'isCritical',
      'a step that may fail does not fail the run, remove required: false if it must not',
    );
  return goesOn ? false : undefined;
}
