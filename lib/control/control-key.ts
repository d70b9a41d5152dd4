import type { ControlSet } from '#gen/belay/v1/control.ts';

export const HEARTBEAT_KEY = 'heartbeat';

const KILL_SWITCHES = 'kill-switch/';
const RUNBOOKS = 'runbook/';
const RESERVED: Readonly<Record<string, string>> = { '*': '%2A', '%': '%25' };

/**
 * No target can spell the key of the switch for all targets: the newer record of a key replaces the older one,
 * so one that could would release it.
 */
export const killSwitchKey = (target: string): string =>
  `${KILL_SWITCHES}${target === '' ? '*' : target.replace(/[*%]/g, (sign) => RESERVED[sign] ?? sign)}`;

/** Which version of a runbook is active. Nothing but a runbook has a key that begins like it. */
export const runbookKey = (name: string): string => `${RUNBOOKS}${name}`;

/** Whether a record stands under the key of what it sets. One that does not would replace another setting. */
export function isKeyOf({ key, setting }: Pick<ControlSet, 'key' | 'setting'>): boolean {
  switch (setting?.$case) {
    case 'killSwitch':
      return key === killSwitchKey(setting.value.target);
    case 'heartbeat':
      return key === HEARTBEAT_KEY;
    case 'runbookActive': {
      const name = setting.value.runbook?.name ?? '';
      return name !== '' && key === runbookKey(name);
    }
    default:
      return key !== HEARTBEAT_KEY && ![KILL_SWITCHES, RUNBOOKS].some((taken) => key.startsWith(taken));
  }
}
