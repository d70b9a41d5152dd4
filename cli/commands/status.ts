import { exitCodes } from '../frame/exit-codes.ts';
import { defineVerb } from '../frame/verb.ts';

export const status = defineVerb<undefined>({
  path: 'status',
  summary: 'What stops automation, storms included, what waits for people, and where it may act',
  group: 'Run it',
  example: 'status',
  configure: () => {},
  parse: () => undefined,
  run: async (_, session) => {
    const [{ readControls }, { readBesides }, { statusReport }] = await Promise.all([
      import('../controls/read-controls.ts'),
      import('../controls/read-besides.ts'),
      import('../controls/status-report.ts'),
    ]);
    const known = await readControls(session);
    await session.out.print(statusReport(known, await readBesides(session, known)));
    return exitCodes.done;
  },
});
