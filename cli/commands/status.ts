import { exitCodes } from '../frame/exit-codes.ts';
import { defineVerb } from '../frame/verb.ts';

export const status = defineVerb<undefined>({
  path: 'status',
  summary: 'What stops automation, and where it may act',
  group: 'Run it',
  example: 'status',
  configure: () => {},
  parse: () => undefined,
  run: async (_, session) => {
    const [{ readControls }, { readTargets }, { statusReport }] = await Promise.all([
      import('../controls/read-controls.ts'),
      import('../controls/read-targets.ts'),
      import('../controls/status-report.ts'),
    ]);
    const known = await readControls(session);
    await session.out.print(statusReport(known, await readTargets(session, known)));
    return exitCodes.done;
  },
});
