import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const breakerList = defineVerb<undefined>({
  path: 'breaker list',
  summary: 'Which runbooks rest because they did not help',
  group: 'Controls',
  example: 'breaker list',
  configure: () => {},
  parse: () => undefined,
  run: async (_, session) => {
    const [{ readBreakers }, { breakerReport }] = await Promise.all([
      import('../../controls/read-breakers.ts'),
      import('../../controls/breaker-report.ts'),
    ]);
    await session.out.print(breakerReport(await readBreakers(session)));
    return exitCodes.done;
  },
});
