import { ActorKind, type Resource } from '#gen/belay/v1/common.ts';
import type { ControlSet, Quarantine } from '#gen/belay/v1/control.ts';
import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { ActionResolved, ActionSettled } from '#gen/belay/v1/verification.ts';
import { quarantineKey } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';

/**
 * Nobody can tell what became of an action: nothing touches its resource until a person has looked. A repeat changes
 * nothing, be it that it is in quarantine or that somebody has lifted that since.
 */
export function quarantined(
  controls: ControlState,
  { actionId, reason, settledAt }: ActionSettled,
  issued: OrderIssued | undefined,
): readonly OutgoingEvent[] {
  const resource = resourceOf(issued);
  if (!resource || quarantineOf(controls, actionId)) return [];
  const words = reason || 'nobody can tell whether it was done';
  return [set({ lifted: false, resource, actionId }, { reason: words, setAt: settledAt, actor: ENGINE })];
}

/** A person's verdict on the action frees what it left behind, and nothing else. */
export function quarantineEnded(
  controls: ControlState,
  { actionId, reason, resolvedAt, actor }: ActionResolved,
  issued: OrderIssued | undefined,
): readonly OutgoingEvent[] {
  const known = quarantineOf(controls, actionId);
  // Not heard of yet: it was said a moment ago, so it is ended all the same.
  const resource = known?.resource ?? resourceOf(issued);
  if (!resource || known?.lifted) return [];
  return [set({ lifted: true, resource, actionId }, { reason, setAt: resolvedAt, actor: actor ?? ENGINE })];
}

const ENGINE = { kind: ActorKind.ENGINE, name: 'decision' };

function resourceOf(issued: OrderIssued | undefined): Resource | undefined {
  const resource = issued?.plan?.resource;
  return resource && { ...resource, target: issued.target };
}

function quarantineOf({ settings }: ControlState, actionId: string): Quarantine | undefined {
  const setting = settings.get(quarantineKey(actionId))?.setting;
  return setting?.$case === 'quarantine' ? setting.value : undefined;
}

const set = (value: Quarantine, said: Pick<ControlSet, 'actor' | 'reason' | 'setAt'>): OutgoingEvent =>
  outgoing('ControlSet', {
    key: quarantineKey(value.actionId),
    setting: { $case: 'quarantine', value },
    ...said,
  });
