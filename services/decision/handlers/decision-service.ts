import { z } from 'zod';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { HEARTBEAT_KEY } from '#lib/control/control-key.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { isOver } from '#lib/control/in-force.ts';
import type { AccessRules, CallContext, Handlers, RequestSchemas } from '#lib/grpc/service-methods.ts';
import { idBeginning, line, reason } from '#lib/text-rules.ts';
import { cancelAction, type CancelActionOptions } from './commands/cancel-action.ts';
import { createFreeze } from './commands/freeze.ts';
import { engageKillSwitch, releaseKillSwitch } from './commands/kill-switch.ts';
import { liftFreeze, liftQuarantine, liftSilence } from './commands/lift.ts';
import { resetBreaker, type ResetBreakerOptions } from './commands/reset-breaker.ts';
import { disableRunbook, enableRunbook } from './commands/runbook.ts';
import { type Command, setControl, type SetControlOptions } from './commands/set-control.ts';
import { createSilence } from './commands/silence.ts';
import { listBreakers, type ListBreakersOptions } from './list-breakers.ts';
import { listGuardrails, type ListGuardrailsOptions } from './list-guardrails.ts';
import { listStorms, type ListStormsOptions } from './list-storms.ts';

type Service = typeof DecisionServiceService;

export type DecisionServiceOptions = SetControlOptions &
  CancelActionOptions &
  ResetBreakerOptions &
  ListBreakersOptions &
  ListGuardrailsOptions &
  ListStormsOptions;

/** Whoever sees that something is wrong may stop it; letting it go on is for operators. */
export const decisionAccess: AccessRules<Service> = {
  engageKillSwitch: 'responder',
  releaseKillSwitch: 'operator',
  createFreeze: 'responder',
  liftFreeze: 'operator',
  createSilence: 'responder',
  liftSilence: 'operator',
  disableRunbook: 'responder',
  enableRunbook: 'operator',
  liftQuarantine: 'operator',
  cancelAction: 'responder',
  getControls: 'viewer',
  getTargets: 'viewer',
  resetBreaker: 'operator',
  listBreakers: 'viewer',
  listGuardrails: 'viewer',
  listStorms: 'viewer',
};

/** Padded, it would be another name, and stop nothing. */
const name = line(253).refine((text) => text.trim() === text, 'begins or ends with white space');
const named = name.min(1, 'is missing');
const id = line(100).min(1, 'is missing');
const WHOLE_IDS = 'belay decision list, which has the ids';

/** A switch can be released, and a runbook enabled, by any name that is known. The handler knows which those are. */
export const decisionSchemas: RequestSchemas<Service> = {
  engageKillSwitch: z.looseObject({ reason, target: line(253) }),
  releaseKillSwitch: z.looseObject({ reason }),
  createFreeze: z.looseObject({ reason, namespace: name, service: name, target: name }),
  liftFreeze: z.looseObject({ reason, id }),
  createSilence: z.looseObject({ reason, service: named }),
  liftSilence: z.looseObject({ reason, id }),
  disableRunbook: z.looseObject({ reason, runbook: named }),
  enableRunbook: z.looseObject({ reason, runbook: named }),
  liftQuarantine: z.looseObject({ reason, id }),
  cancelAction: z.looseObject({ reason, id: idBeginning(WHOLE_IDS) }),
  resetBreaker: z.looseObject({ reason, runbook: named }),
  listGuardrails: z.looseObject({ runbook: name, service: name }),
};
export function decisionService(options: DecisionServiceOptions): Handlers<Service> {
  const set =
    <Request>(command: (request: Request) => Command) =>
    async (request: Request, call: CallContext) => ({
      control: await setControl(command(request), call, options),
    });
  return {
    engageKillSwitch: set(engageKillSwitch),
    releaseKillSwitch: set(releaseKillSwitch),
    createFreeze: set(createFreeze),
    liftFreeze: set(liftFreeze),
    createSilence: set(createSilence),
    liftSilence: set(liftSilence),
    disableRunbook: set(disableRunbook),
    enableRunbook: set(enableRunbook),
    liftQuarantine: set(liftQuarantine),
    cancelAction: (request, call) => cancelAction(request, call, options),
    getControls: async () => {
      const readAt = options.clock.now();
      return { controls: shown(options.controls(), readAt), readAt };
    },
    getTargets: async () => ({ targets: options.targets.map((target) => ({ name: target })) }),
    resetBreaker: async (request, call) => ({ control: await resetBreaker(request, call, options) }),
    listBreakers: async () => ({ breakers: await listBreakers(options, options.clock.now()) }),
    listGuardrails: (request) => listGuardrails(request, options, options.clock.now()),
    listStorms: () => listStorms(options, options.clock.now()),
  };
}

function shown({ settings, heartbeatAt }: ControlState, now: Date): ControlSet[] {
  const controls = [...settings.values()].filter((control) => !isOver(control, now));
  if (!heartbeatAt) return controls;
  const setting = { $case: 'heartbeat', value: { beatAt: heartbeatAt } } as const;
  return [...controls, { key: HEARTBEAT_KEY, setting, actor: undefined, reason: '', setAt: heartbeatAt }];
}
