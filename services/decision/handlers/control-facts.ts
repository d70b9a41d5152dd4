import { type ControlState, engagedSwitch, untilOf } from '#lib/control/control-state.ts';
import { frozenWhat, resourceWords, whyOf } from '#lib/control/control-words.ts';
import { freezesOver, type InForce, inForce, quarantinesOf, silencesOf } from '#lib/control/in-force.ts';
import type { SettingCase } from '#lib/control/control-key.ts';
import type { ControlledBy } from '../domain/control-checks.ts';
import type { ControlFacts, Restriction } from '../domain/restrictions.ts';
import type { IncidentFacts } from '../domain/decision.ts';

/** What controls say about an incident, for the checks of a decision and again for those of its grant. */
export function controlledBy(
  controls: ControlState,
  target: string,
  about: Pick<IncidentFacts, 'service' | 'resource'>,
  now: Date,
): ControlledBy {
  const engaged = engagedSwitch(controls, target);
  return {
    killSwitch: { engaged: engaged !== undefined, reason: engaged?.reason ?? '' },
    controls: controlFacts(controls, about, now),
  };
}

/** The settings that are in the way of acting on an incident, in the domain's words. */
export function controlFacts(
  controls: ControlState,
  { service, resource }: Pick<IncidentFacts, 'service' | 'resource'>,
  now: Date,
): ControlFacts {
  const { target = '', namespace = '' } = resource ?? {};
  const freezes = freezesOver(controls, { target, namespace, service }, now);
  const quarantines = quarantinesOf(controls, resource ? [resource] : [], now);
  const disabled = inForce(controls, 'runbookDisabled', now);
  return {
    freezes: freezes.map((one) => restriction(frozenWhat(one.value), one)),
    silences: silencesOf(controls, service, now).map((one) => restriction(service, one)),
    quarantines: quarantines.map((one) => restriction(resourceWords(one.value.resource), one)),
    disabledRunbooks: new Map(
      disabled.map((one) => [one.value.runbook, restriction(one.value.runbook, one, one.value.actionId)]),
    ),
  };
}

function restriction<K extends SettingCase>(
  what: string,
  { control }: InForce<K>,
  actionId = '',
): Restriction {
  const after = actionId === '' ? '' : `, after ${actionId}`;
  return { what, why: `${whyOf(control)}${after}`, endsAt: untilOf(control) };
}
