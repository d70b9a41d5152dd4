import type { DisableRunbookRequest, EnableRunbookRequest } from '#gen/belay/v1/decision_service.ts';
import { suggest } from '#lib/config/suggest.ts';
import { runbookDisabledKey } from '#lib/control/control-key.ts';
import { disabledRunbook } from '#lib/control/in-force.ts';
import { BelayError } from '#lib/errors.ts';
import type { Command, Known, Wanted } from './set-control.ts';

export function disableRunbook({ reason, runbook }: DisableRunbookRequest): Command {
  const value = { lifted: false, runbook, actionId: '' };
  return {
    method: 'DisableRunbook',
    subject: runbookDisabledKey(runbook),
    reason,
    judge: (known) => unknownRunbook(runbook, known) ?? runbookDisabled(value),
  };
}

/** What is disabled can be enabled in any case, also a runbook that is gone since. */
export function enableRunbook({ reason, runbook }: EnableRunbookRequest): Command {
  return {
    method: 'EnableRunbook',
    subject: runbookDisabledKey(runbook),
    reason,
    judge: (known) => {
      const disabled = disabledRunbook(known.controls, runbook);
      const unknown = disabled ? undefined : unknownRunbook(runbook, known);
      const actionId = disabled?.value.actionId ?? '';
      return unknown ?? runbookDisabled({ lifted: true, runbook, actionId });
    },
  };
}

type Value = Extract<Wanted['setting'], { $case: 'runbookDisabled' }>['value'];

const runbookDisabled = (value: Value): Wanted => ({
  key: runbookDisabledKey(value.runbook),
  setting: { $case: 'runbookDisabled', value },
});

export function unknownRunbook(
  runbook: string,
  { runbooks }: Pick<Known, 'runbooks'>,
): BelayError | undefined {
  if (runbooks.includes(runbook)) return undefined;
  const near = suggest(runbook, runbooks);
  return new BelayError('not_found', `there is no runbook ${JSON.stringify(runbook)}`, {
    code: 'RUNBOOK_UNKNOWN',
    field: 'runbook',
    why: near === undefined ? 'decision does not run one of that name' : `did you mean ${near}?`,
    next: 'belay runbook list',
  });
}
