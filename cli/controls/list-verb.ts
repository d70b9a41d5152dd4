import type { SettingCase } from '#lib/control/control-key.ts';
import { exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { defineVerb } from '../frame/verb.ts';

interface Listed {
  readonly noun: string;
  readonly kind: string;
  readonly summary: string;
  readonly setting: SettingCase;
  /** How to end one of them, where there is any. */
  readonly ending?: (session: Session) => string;
}

/** What is in force, of one kind. */
export function listVerb({ noun, kind, summary, setting, ending }: Listed) {
  return defineVerb<undefined>({
    path: `${noun} list`,
    summary,
    group: 'Controls',
    example: `${noun} list`,
    configure: () => {},
    parse: () => undefined,
    run: async (_, session) => {
      const [{ readControls }, { listed }, { inForce }] = await Promise.all([
        import('./read-controls.ts'),
        import('./control-report.ts'),
        import('#lib/control/in-force.ts'),
      ]);
      const { controls, readAt } = await readControls(session);
      const all = inForce(controls, setting, readAt).map(({ control }) => control);
      await session.out.print(listed(kind, all));
      if (ending && all.length > 0) session.say(ending(session));
      return exitCodes.done;
    },
  });
}
