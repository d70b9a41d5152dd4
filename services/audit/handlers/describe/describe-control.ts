import { Mode } from '#gen/belay/v1/common.ts';
import { type ControlSet, type Freeze, type KillSwitch, KillSwitchState } from '#gen/belay/v1/control.ts';
import { frozenWhat } from '#lib/control/control-words.ts';
import { clockTime, enumWord, withDetail } from '../../domain/wording.ts';
import type { DescribersOf, Description } from './description.ts';
import { byWhom, nameOf, resourceText, runbookText } from './pieces.ts';

export const describeControl: DescribersOf<'ControlSet'> = {
  ControlSet: (data) => {
    const description = describeSetting(data);
    const text = withDetail(`${description.text}${byWhom(data.actor)}`, data.reason);
    return { ...description, text, actor: nameOf(data.actor) };
  },
};

type Setting = NonNullable<ControlSet['setting']>;
type SettingValue<K extends Setting['$case']> = Extract<Setting, { $case: K }>['value'];

/** Heartbeats are not kept. */
type KeptCase = Exclude<Setting['$case'], 'heartbeat'>;

function describeSetting(control: ControlSet): Description {
  const { setting, key } = control;
  if (!setting || !Object.hasOwn(describers, setting.$case))
    return { outcome: 'control_set', text: `${key} set, to something that this version does not know` };
  const describe = describers[setting.$case as KeptCase] as (
    value: unknown,
    control: ControlSet,
  ) => Description;
  return describe(setting.value, control);
}

const describers: {
  readonly [K in KeptCase]: (value: SettingValue<K>, control: ControlSet) => Description;
} = {
  killSwitch: (value) => killSwitch(value),
  freeze: (value, { setAt }) => freeze(value, setAt),
  silence: ({ lifted, service, until }, { setAt }) =>
    lifted
      ? { outcome: 'silence_lifted', text: `silence on ${service} lifted`, service }
      : { outcome: 'silenced', text: `${service} silenced until ${clockTime(until, setAt)}`, service },
  runbookDisabled: ({ lifted, runbook: name, actionId }) => {
    if (lifted) return { outcome: 'runbook_enabled', text: `${name} enabled again`, runbook: { name } };
    const after = actionId === '' ? '' : ` after ${actionId}`;
    return { outcome: 'runbook_disabled', text: `${name} disabled${after}`, runbook: { name } };
  },
  breakerOpen: ({ lifted, runbook: name, actionId, resetAt }, { setAt }) => {
    const runbook = { name };
    const after = actionId === '' ? '' : ` after ${actionId}`;
    if (!lifted) return { outcome: 'breaker_opened', text: `circuit of ${name} opened${after}`, runbook };
    if (resetAt && resetAt.getTime() === setAt?.getTime())
      return { outcome: 'breaker_reset', text: `circuit of ${name} reset`, runbook };
    return { outcome: 'breaker_closed', text: `circuit of ${name} closed${after}`, runbook };
  },
  quarantine: ({ lifted, resource, actionId }, { key }) => {
    const what = resourceText(resource) || key;
    const after = actionId === '' ? '' : ` after ${actionId}`;
    return lifted
      ? { outcome: 'quarantine_lifted', text: `quarantine on ${what} lifted` }
      : { outcome: 'quarantined', text: `${what} quarantined${after} (nothing touches it)` };
  },
  runbookActive: ({ runbook, mode, lifted }, { key }) => {
    const what = runbookText(runbook) || key;
    return lifted
      ? { outcome: 'runbook_deactivated', text: `${what} is not active any more`, runbook }
      : { outcome: 'runbook_activated', text: `${what} is active as ${enumWord(Mode, mode)}`, runbook };
  },
};

function killSwitch({ state, target }: KillSwitch): Description {
  const where = target === '' ? 'all targets' : target;
  if (state === KillSwitchState.RELEASED)
    return { outcome: 'kill_switch_released', text: `kill switch released for ${where}` };
  const running = state === KillSwitchState.STOP_ALL ? ', running work stops' : '';
  return {
    outcome: 'kill_switch_engaged',
    text: `kill switch engaged for ${where} (nothing new begins${running})`,
  };
}

function freeze(value: Freeze, setAt: Date | undefined): Description {
  const { lifted, service, until } = value;
  const what = frozenWhat(value);
  return lifted
    ? { outcome: 'freeze_lifted', text: `freeze of ${what} lifted`, service }
    : { outcome: 'frozen', text: `${what} frozen until ${clockTime(until, setAt)}`, service };
}
