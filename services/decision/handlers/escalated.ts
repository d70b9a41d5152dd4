import { ActorKind } from '#gen/belay/v1/common.ts';
import type { Handler } from '#lib/bus/pipeline.ts';
import { runbookDisabledKey } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { outgoing } from '#lib/events/event.ts';

const DISABLES = 'open_incident_and_disable_runbook';

/**
 * A runbook that did not help, and says so of itself, runs no more until a person has looked. A repeat changes
 * nothing: what was said of the runbook since then stands, be it that it was disabled or enabled.
 */
export function escalatedHandler(controls: () => ControlState): Handler<'Escalated'> {
  return ({ data: { policy, runbook, reason, actionId, escalatedAt } }) => {
    if (policy !== DISABLES || runbook === '' || isAnswered(controls(), runbook, escalatedAt)) return [];
    return [
      outgoing('ControlSet', {
        key: runbookDisabledKey(runbook),
        setting: { $case: 'runbookDisabled', value: { lifted: false, runbook, actionId } },
        actor: { kind: ActorKind.ENGINE, name: 'decision' },
        reason: reason || 'it did not help',
        // By the event and not by its reader, so that a repeat has the same id.
        setAt: escalatedAt,
      }),
    ];
  };
}

function isAnswered({ settings }: ControlState, runbook: string, escalatedAt: Date | undefined): boolean {
  const { setting, setAt } = settings.get(runbookDisabledKey(runbook)) ?? {};
  if (setting?.$case !== 'runbookDisabled') return false;
  if (!setting.value.lifted) return true;
  return setAt !== undefined && escalatedAt !== undefined && setAt >= escalatedAt;
}
