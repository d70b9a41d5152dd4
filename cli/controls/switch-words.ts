import { type KillSwitch, KillSwitchState } from '#gen/belay/v1/control.ts';

export type SwitchMode = 'released' | 'stop-new' | 'stop-all' | 'unknown';

/** How far a kill switch stops. What this version does not know is no release. */
export function switchMode({ state }: Pick<KillSwitch, 'state'>): SwitchMode {
  switch (state) {
    case KillSwitchState.RELEASED:
      return 'released';
    case KillSwitchState.STOP_NEW:
      return 'stop-new';
    case KillSwitchState.STOP_ALL:
      return 'stop-all';
    default:
      return 'unknown';
  }
}
