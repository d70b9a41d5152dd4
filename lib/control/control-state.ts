import type { ControlSet, KillSwitch } from '#gen/belay/v1/control.ts';
import { KillSwitchState } from '#gen/belay/v1/control.ts';
import { isKeyOf, killSwitchKey } from './control-key.ts';

/** The settings as the newest record of each key says. What was never said is unknown, and unknown means stop. */
export interface ControlState {
  /** By key. What is over without a trace is not among them: what was lifted, or ended long ago. */
  readonly settings: ReadonlyMap<string, ControlSet>;
  readonly heartbeatAt: Date | undefined;
}

export const noControls: ControlState = { settings: new Map(), heartbeatAt: undefined };

/** A record under the key of another setting changes nothing: what it says would end with the next of that key. */
export function applyControl(controls: ControlState, control: ControlSet): ControlState {
  if (!isKeyOf(control)) return controls;
  const { key, setting } = control;
  if (setting?.$case === 'heartbeat') return { ...controls, heartbeatAt: setting.value.beatAt };
  const settings = new Map(controls.settings);
  // The newest last: their order is that of the log.
  settings.delete(key);
  if (!isGone(control)) settings.set(key, control);
  return { ...controls, settings: bounded(settings) };
}

/**
 * What only people set is over once it is lifted. Of the rest it stays known who ended it, and when: a message that
 * comes again must not undo that.
 */
const isGone = ({ setting }: ControlSet): boolean =>
  (setting?.$case === 'freeze' || setting?.$case === 'silence') && setting.value.lifted;

/** Far above what may be in force at once, so that what is dropped has ended, whatever this clock says. */
const MOST_WITH_AN_END = 1_000;
const MOST_LIFTED_QUARANTINES = 1_000;

/** What ends by itself leaves no record of its end. The log keeps it; the state need not. */
function bounded(settings: Map<string, ControlSet>): ReadonlyMap<string, ControlSet> {
  const lifted = [...settings.values()].filter(isLiftedQuarantine);
  // The first was said first: nothing that old is delivered again.
  if (lifted.length > MOST_LIFTED_QUARANTINES) settings.delete(lifted[0]?.key ?? '');
  const ending = [...settings.values()].filter((control) => untilOf(control) !== undefined);
  if (ending.length <= MOST_WITH_AN_END) return settings;
  const first = ending.reduce((a, b) => (endMs(b) < endMs(a) ? b : a));
  settings.delete(first.key);
  return settings;
}

const isLiftedQuarantine = ({ setting }: ControlSet): boolean =>
  setting?.$case === 'quarantine' && setting.value.lifted;

const endMs = (control: ControlSet): number => untilOf(control)?.getTime() ?? Number.POSITIVE_INFINITY;

/** When a setting ends by itself. Undefined where it does not. */
export function untilOf({ setting }: ControlSet): Date | undefined {
  return setting?.$case === 'freeze' || setting?.$case === 'silence' ? setting.value.until : undefined;
}

export interface EngagedSwitch extends KillSwitch {
  readonly reason: string;
}

/** Undefined when nothing stops the target. */
export const engagedSwitch = (controls: ControlState, target: string): EngagedSwitch | undefined =>
  engagedSwitches(controls, target)[0];

/** Of all targets and of this one. A state that this version does not know is no release. */
export function engagedSwitches({ settings }: ControlState, target: string): EngagedSwitch[] {
  return [...new Set(['', target])].flatMap((of) => {
    const { setting, reason = '' } = settings.get(killSwitchKey(of)) ?? {};
    if (setting?.$case !== 'killSwitch' || setting.value.state === KillSwitchState.RELEASED) return [];
    return [{ ...setting.value, reason }];
  });
}
