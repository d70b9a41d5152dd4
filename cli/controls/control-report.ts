import type { ControlSet } from '#gen/belay/v1/control.ts';
import { idInKey } from '#lib/control/control-key.ts';
import { untilOf } from '#lib/control/control-state.ts';
import { frozenWhat, resourceWords } from '#lib/control/control-words.ts';
import type { Result } from '../frame/output.ts';

/** A setting as programs read it. */
export function controlBody(control: ControlSet): Readonly<Record<string, unknown>> {
  const { key, setting, reason, actor, setAt } = control;
  return { id: idInKey(key), key, ...setting?.value, reason, by: actor?.name ?? '', setAt };
}

/** What a setting is on, as people say it. */
export function whatOf({ setting, key }: ControlSet): string {
  switch (setting?.$case) {
    case 'freeze':
      return frozenWhat(setting.value);
    case 'silence':
      return setting.value.service;
    case 'runbookDisabled':
    case 'breakerOpen':
      return setting.value.runbook;
    case 'quarantine':
      return resourceWords(setting.value.resource);
    default:
      return key;
  }
}

/** Enough of an id to give it back. */
export const shortId = ({ key }: ControlSet): string => idInKey(key).slice(0, 12);

/** One setting that was just made or lifted. */
export function changed(kind: string, control: ControlSet | undefined, state: string): Result {
  const shown = control ?? { key: '', setting: undefined, actor: undefined, reason: '', setAt: undefined };
  return {
    kind,
    body: { ...controlBody(shown), state },
    names: [idInKey(shown.key)],
    table: ({ time }) => ({
      rows: [[shortId(shown), whatOf(shown), stateOf(shown, state, time), shown.reason]],
    }),
  };
}

export function listed(kind: string, controls: readonly ControlSet[]): Result {
  return {
    kind,
    body: { items: controls.map(controlBody) },
    names: controls.map(({ key }) => idInKey(key)),
    table: ({ time, wide }) => ({
      header: ['ID', 'WHAT', 'ENDS', 'BY', 'SET', 'REASON'],
      rows: controls.map((control) => [
        wide ? idInKey(control.key) : shortId(control),
        whatOf(control),
        endWords(control, time) || 'when lifted',
        control.actor?.name ?? '',
        control.setAt ? time(control.setAt) : '',
        control.reason,
      ]),
    }),
  };
}

type Time = (time: Date) => string;

function stateOf(control: ControlSet, state: string, time: Time): string {
  const end = endWords(control, time);
  const isLifted = control.setting && 'lifted' in control.setting.value && control.setting.value.lifted;
  return end === '' || isLifted ? state : `${state}, ends ${end}`;
}

export function endWords(control: ControlSet, time: Time): string {
  const until = untilOf(control);
  return until ? time(until) : '';
}
