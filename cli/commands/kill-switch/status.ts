import { call } from '../../connection/call.ts';
import { switchMode } from '../../controls/switch-words.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const killSwitchStatus = defineVerb<undefined>({
  path: 'kill-switch status',
  summary: 'Whether automation may act',
  group: 'Controls',
  example: 'kill-switch status',
  configure: () => {},
  parse: () => undefined,
  run: async (_, session) => {
    const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
    const { controls } = await call(session, DecisionServiceClient, (client) => client.getControls({}));
    const switches = controls.flatMap(({ key, setting, reason }) =>
      setting?.$case === 'killSwitch'
        ? [
            {
              key,
              engaged: switchMode(setting.value) !== 'released',
              mode: switchMode(setting.value),
              reason,
            },
          ]
        : [],
    );
    const never = { key: 'kill-switch/*', engaged: false, mode: 'released', reason: 'never engaged' };
    const all = switches.length > 0 ? switches : [never];
    await session.out.print({
      kind: 'KillSwitchList',
      body: { items: all },
      names: all.filter((s) => s.engaged).map((s) => s.key),
      table: () => ({
        header: ['SWITCH', 'STATE', 'REASON'],
        rows: all.map((s) => [
          s.key,
          s.engaged
            ? { text: `ENGAGED ${s.mode}`, tone: 'bad' as const }
            : { text: 'released', tone: 'good' as const },
          s.reason,
        ]),
      }),
    });
    return exitCodes.done;
  },
});
