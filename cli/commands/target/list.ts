import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const targetList = defineVerb<undefined>({
  path: 'target list',
  summary: 'Where automation may act, and where it is stopped',
  group: 'Controls',
  example: 'target list',
  configure: () => {},
  parse: () => undefined,
  run: async (_, session) => {
    const [{ readTargets }, { targetBody }, { stateCell }] = await Promise.all([
      import('../../controls/read-targets.ts'),
      import('../../controls/target-report.ts'),
      import('../../controls/target-state.ts'),
    ]);
    const targets = await readTargets(session);
    await session.out.print({
      kind: 'TargetList',
      body: { items: targets.map(targetBody) },
      names: targets.map(({ name }) => name),
      table: () => ({
        header: ['TARGET', 'STATE', 'PARTS STOPPED', 'REASON'],
        rows: targets.map((target) => [
          target.name,
          stateCell(target),
          String(target.within.length),
          target.reason,
        ]),
      }),
    });
    return exitCodes.done;
  },
});
