import { pass, refuse } from './check.ts';
import type { Check, Facts } from './decision.ts';
import type { ControlFacts, Restriction } from './restrictions.ts';

export interface ControlCheck extends Check {
  /** When it would pass by itself. Undefined when it passes, and when nobody can say. */
  readonly endsAt: Date | undefined;
}

/** Everything that people and the engine have set, in the order in which a decision shows it. */
export function controlChecks({ killSwitch: engaged, controls }: ControlledBy, runbook: string): Check[] {
  return [
    killSwitch(engaged),
    freeze(controls),
    silence(controls),
    runbookEnabled(controls, runbook),
    quarantine(controls),
  ];
}

/** What refuses because people or the engine have set it, whatever the runbook says. */
export const CONTROL_CODES: ReadonlySet<string> = new Set([
  'kill_switch',
  'freeze',
  'silenced',
  'runbook_disabled',
  'quarantined',
]);

export type ControlledBy = Pick<Facts, 'killSwitch' | 'controls'>;

function killSwitch({ engaged, reason }: Facts['killSwitch']): Check {
  if (!engaged) return pass('kill switch', 'released', 'released');
  const why = `the kill switch is engaged: ${reason || 'no reason given'}`;
  return refuse('kill switch', 'engaged', 'released', 'kill_switch', why);
}

export function freeze({ freezes }: ControlFacts): ControlCheck {
  const observed = `${freezes.length} active`;
  return judge('freeze', freezes, { observed, limit: '0', code: 'freeze', words: 'is frozen' });
}

/** Decided and explained, never acted on, and nobody is called. */
export function silence({ silences }: ControlFacts): ControlCheck {
  const observed = silences.length === 0 ? 'none' : 'silenced';
  return judge('silence', silences, { observed, limit: 'none', code: 'silenced', words: 'is silenced' });
}

export function runbookEnabled({ disabledRunbooks }: ControlFacts, name: string): ControlCheck {
  const disabled = disabledRunbooks.get(name);
  const observed = disabled ? 'disabled' : 'enabled';
  const words = { observed, limit: 'enabled', code: 'runbook_disabled', words: 'is disabled' };
  return judge('runbook', disabled ? [disabled] : [], words);
}

export function quarantine({ quarantines }: ControlFacts): ControlCheck {
  const observed = quarantines.length === 0 ? 'none' : 'in quarantine';
  const words = { observed, limit: 'none', code: 'quarantined', words: 'is in quarantine' };
  return judge('quarantine', quarantines, words);
}

interface Words extends Record<'observed' | 'limit' | 'code' | 'words', string> {}

function judge(
  name: string,
  restrictions: readonly Restriction[],
  { observed, limit, code, words }: Words,
): ControlCheck {
  if (restrictions.length === 0) return { ...pass(name, observed, limit), endsAt: undefined };
  const reason = restrictions.map(({ what, why, endsAt }) => `${what} ${words}${until(endsAt)}: ${why}`);
  return { ...refuse(name, observed, limit, code, reason.join('; ')), endsAt: endOf(restrictions) };
}

/** When the last of them has ended, if all of them do. */
function endOf(restrictions: readonly Restriction[]): Date | undefined {
  const ends = restrictions.flatMap(({ endsAt }) => endsAt?.getTime() ?? []);
  return ends.length === restrictions.length ? new Date(Math.max(...ends)) : undefined;
}

const until = (endsAt: Date | undefined): string =>
  endsAt ? ` until ${endsAt.toISOString().replace(/\.\d+Z$/, 'Z')}` : '';
