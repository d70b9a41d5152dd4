import type { Resource } from '#gen/belay/v1/common.ts';
import type { ControlSet, Freeze } from '#gen/belay/v1/control.ts';
import { type Setting, type SettingCase, runbookDisabledKey } from './control-key.ts';
import { type ControlState, untilOf } from './control-state.ts';

/** A setting of one kind, with the record that it stands in. */
export interface InForce<K extends SettingCase> {
  readonly control: ControlSet;
  readonly value: Extract<Setting, { $case: K }>['value'];
}

/** Those of a kind that hold at a time. */
export function inForce<K extends SettingCase>({ settings }: ControlState, kind: K, now: Date): InForce<K>[] {
  return [...settings.values()].flatMap((control) => {
    if (control.setting?.$case !== kind || isOver(control, now)) return [];
    return [{ control, value: control.setting.value as InForce<K>['value'] }];
  });
}

/** Lifted, or ended by itself. A time that is missing, or none, does not end anything. */
export function isOver(control: ControlSet, now: Date): boolean {
  const { setting } = control;
  if (setting && 'lifted' in setting.value && setting.value.lifted) return true;
  const until = untilOf(control);
  return until !== undefined && until <= now;
}

/** Where something is to be done. */
export interface Place {
  readonly target: string;
  readonly namespace: string;
  readonly service: string;
}

/** All that a freeze names has to fit; one that names nothing fits everywhere. */
export function freezesOver(controls: ControlState, place: Place, now: Date): InForce<'freeze'>[] {
  const fits = ({ target, namespace, service }: Freeze) =>
    (target === '' || target === place.target) &&
    (namespace === '' || namespace === place.namespace) &&
    (service === '' || service === place.service);
  return inForce(controls, 'freeze', now).filter(({ value }) => fits(value));
}

export function silencesOf(controls: ControlState, service: string, now: Date): InForce<'silence'>[] {
  return inForce(controls, 'silence', now).filter(({ value }) => value.service === service);
}

export function disabledRunbook(
  { settings }: ControlState,
  runbook: string,
): InForce<'runbookDisabled'> | undefined {
  const control = settings.get(runbookDisabledKey(runbook));
  if (control?.setting?.$case !== 'runbookDisabled' || control.setting.value.lifted) return undefined;
  return { control, value: control.setting.value };
}

export type Touched = Pick<Resource, 'target' | 'kind' | 'namespace' | 'name'>;

export function quarantinesOf(
  controls: ControlState,
  touched: readonly Touched[],
  now: Date,
): InForce<'quarantine'>[] {
  return inForce(controls, 'quarantine', now).filter(({ value: { resource } }) =>
    touched.some((one) => !resource || isSame(resource, one)),
  );
}

/**
 * What a quarantine leaves open, it does not tell apart. Kinds are spelt `pod` in reports and `Pod` at targets,
 * and uids are left out: a replacement is as untouchable.
 */
const isSame = (quarantined: Touched, touched: Touched): boolean =>
  (['target', 'kind', 'namespace', 'name'] as const).every(
    (field) => !quarantined[field] || spelt(field, quarantined) === spelt(field, touched),
  );

const spelt = (field: keyof Touched, resource: Touched): string =>
  field === 'kind' ? resource.kind.toLowerCase() : resource[field];

/** Settings of a newer version: nobody here can say what they restrict. */
export function unknownSettings({ settings }: ControlState): ControlSet[] {
  return [...settings.values()].filter(({ setting }) => setting === undefined);
}
