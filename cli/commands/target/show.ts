import { BelayError } from '#lib/errors.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const targetShow = defineVerb<string>({
  path: 'target show',
  summary: 'What stops automation at one target, and in parts of it',
  group: 'Controls',
  example: 'target show prod-eu',
  configure: (command) => {
    command.argument('<name>', 'its name');
  },
  parse: ({ args }) => args[0] ?? '',
  run: async (wanted, session) => {
    const [{ readTargets }, { targetReport }] = await Promise.all([
      import('../../controls/read-targets.ts'),
      import('../../controls/target-report.ts'),
    ]);
    const targets = await readTargets(session);
    const target = targets.find(({ name }) => name === wanted);
    if (!target)
      throw notThere(
        wanted,
        targets.map(({ name }) => name),
      );
    await session.out.print(targetReport(target));
    return exitCodes.done;
  },
});

function notThere(wanted: string, names: readonly string[]): BelayError {
  return new BelayError('not_found', `there is no target ${JSON.stringify(wanted)}`, {
    code: 'TARGET_UNKNOWN',
    why: `no executor serves it; the targets are ${names.join(', ')}`,
    next: 'belay target list',
  });
}
