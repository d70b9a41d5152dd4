import type { Command } from 'commander';
import type { ControlSet } from '#gen/belay/v1/control.ts';
import { BelayError } from '#lib/errors.ts';
import { switchMode } from '../../controls/switch-words.ts';
import { announce, call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb, type Input } from '../../frame/verb.ts';

interface SwitchOptions {
  readonly reason: string;
  readonly target: string;
  readonly stopAll: boolean;
}

const options = (command: Command) => {
  command
    .requiredOption('--reason <text>', 'why; everybody who asks is shown it')
    .option('--target <name>', 'one target instead of all');
};
function parseFor(help: string) {
  return ({ options: given }: Input): SwitchOptions => {
    const target = given['target'] as string | undefined;
    // An empty variable in a script must not become every target.
    if (target === '') {
      throw usageError('--target is empty', { next: 'Name one, or leave it out: that is all.', help });
    }
    return {
      reason: given['reason'] as string,
      target: target ?? '',
      stopAll: given['stopAll'] === true,
    };
  };
}

export const killSwitchEngage = defineVerb<SwitchOptions>({
  path: 'kill-switch engage',
  summary: 'Stop: no new effect begins anywhere; rollbacks may finish',
  group: 'Controls',
  example: 'kill-switch engage --reason "bad deploy tooling"',
  configure: (command) => {
    options(command);
    command.option('--stop-all', 'rollbacks too: nothing goes on behind the step that runs now');
  },
  parse: parseFor('kill-switch engage'),
  run: async ({ reason, target, stopAll }, session) => {
    const [{ DecisionServiceClient }, { KillSwitchState }] = await Promise.all([
      import('#gen/belay/v1/decision_service.ts'),
      import('#gen/belay/v1/control.ts'),
    ]);
    await announce(session);
    const state = stopAll ? KillSwitchState.STOP_ALL : KillSwitchState.STOP_NEW;
    const { control } = await orOutOfBand(() =>
      call(session, DecisionServiceClient, (c) => c.engageKillSwitch({ reason, target, state })),
    );
    await printSwitch(control, 'engaged', session);
    return exitCodes.done;
  },
});

export const killSwitchRelease = defineVerb<SwitchOptions>({
  path: 'kill-switch release',
  summary: 'Let automation act again',
  group: 'Controls',
  example: 'kill-switch release --reason "tooling is mended"',
  configure: options,
  parse: parseFor('kill-switch release'),
  run: async ({ reason, target }, session) => {
    const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
    await announce(session);
    const { control } = await call(session, DecisionServiceClient, (c) =>
      c.releaseKillSwitch({ reason, target }),
    );
    await printSwitch(control, 'released', session);
    return exitCodes.done;
  },
});

async function printSwitch(control: ControlSet | undefined, state: string, { out }: Session): Promise<void> {
  await out.print({
    kind: 'KillSwitch',
    body: { key: control?.key, state, mode: modeOf(control), reason: control?.reason, setAt: control?.setAt },
    names: [control?.key ?? ''],
    table: () => ({ rows: [[control?.key ?? '', state, modeOf(control), control?.reason ?? '']] }),
  });
}

const modeOf = (control: ControlSet | undefined): string =>
  control?.setting?.$case === 'killSwitch' ? switchMode(control.setting.value) : '';

/** Whoever cannot reach the engine still has to be able to stop it. */
async function orOutOfBand<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BelayError) || (error.kind !== 'unavailable' && error.kind !== 'timeout'))
      throw error;
    throw new BelayError(error.kind, `not stopped: ${error.message}`, {
      code: error.code,
      why: 'the engine does not answer; without its heartbeat executors begin nothing after 10 s',
      next: 'stop them at once: kubectl -n belay scale deployment -l app.kubernetes.io/component=executor --replicas=0',
      cause: error,
    });
  }
}
