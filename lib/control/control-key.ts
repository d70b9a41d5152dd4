import type { ControlSet } from '#gen/belay/v1/control.ts';

export const HEARTBEAT_KEY = 'heartbeat';

export type Setting = NonNullable<ControlSet['setting']>;
export type SettingCase = Setting['$case'];
type KeyedCase = Exclude<SettingCase, 'heartbeat'>;

/** None of them begins another one, so no key can be read as that of two settings. */
const PREFIXES: Readonly<Record<KeyedCase, string>> = {
  killSwitch: 'kill-switch/',
  freeze: 'freeze/',
  silence: 'silence/',
  runbookDisabled: 'runbook-disabled/',
  breakerOpen: 'breaker/',
  quarantine: 'quarantine/',
  runbookActive: 'runbook/',
};

const RESERVED: Readonly<Record<string, string>> = { '*': '%2A', '%': '%25' };

/**
 * No target can spell the key of the switch for all targets: the newer record of a key replaces the older one,
 * so one that could would release it.
 */
export const killSwitchKey = (target: string): string =>
  `${PREFIXES.killSwitch}${target === '' ? '*' : target.replace(/[*%]/g, (sign) => RESERVED[sign] ?? sign)}`;

export const freezeKey = (id: string): string => `${PREFIXES.freeze}${id}`;
export const silenceKey = (id: string): string => `${PREFIXES.silence}${id}`;
/** Which version of a runbook is active. */
export const runbookKey = (name: string): string => `${PREFIXES.runbookActive}${name}`;
export const runbookDisabledKey = (runbook: string): string => `${PREFIXES.runbookDisabled}${runbook}`;

export const breakerKey = (runbook: string): string => `${PREFIXES.breakerOpen}${runbook}`;

/** By the action that nobody can tell the end of: what is said of it again replaces what was said. */
export const quarantineKey = (actionId: string): string => `${PREFIXES.quarantine}${actionId}`;

/** What stands behind the kind of setting: the id of a freeze, the name of a runbook. */
export const idInKey = (key: string): string => key.slice(key.indexOf('/') + 1);

/** Whether a record stands under the key of what it sets. One that does not would replace another setting. */
export function isKeyOf({ key, setting }: Pick<ControlSet, 'key' | 'setting'>): boolean {
  switch (setting?.$case) {
    case 'killSwitch':
      return key === killSwitchKey(setting.value.target);
    case 'heartbeat':
      return key === HEARTBEAT_KEY;
    case 'freeze':
    case 'silence':
      return isIdUnder(PREFIXES[setting.$case], key);
    case 'runbookDisabled':
    case 'breakerOpen':
      return isNameUnder(PREFIXES[setting.$case], key, setting.value.runbook);
    case 'runbookActive':
      return isNameUnder(PREFIXES.runbookActive, key, setting.value.runbook?.name ?? '');
    case 'quarantine':
      return (
        setting.value.resource !== undefined && isNameUnder(PREFIXES.quarantine, key, setting.value.actionId)
      );
    default:
      return !isKnownKey(key);
  }
}

/** Of a setting that this version knows. */
const isKnownKey = (key: string): boolean =>
  key === HEARTBEAT_KEY || Object.values(PREFIXES).some((prefix) => key.startsWith(prefix));

const isIdUnder = (prefix: string, key: string): boolean =>
  key.startsWith(prefix) && /^[a-z0-9-]{1,64}$/.test(key.slice(prefix.length));

const isNameUnder = (prefix: string, key: string, name: string): boolean =>
  name !== '' && key === `${prefix}${name}`;
