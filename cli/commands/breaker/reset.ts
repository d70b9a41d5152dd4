import { REASON } from '../../controls/reason-option.ts';
import { setControl } from '../../controls/set-control.ts';
import { defineVerb } from '../../frame/verb.ts';

export const breakerReset = defineVerb<{ readonly runbook: string; readonly reason: string }>({
  path: 'breaker reset',
  summary: 'Let a runbook that did not help act again, before its recovery is over',
  group: 'Controls',
  example: 'breaker reset scale-up --reason "the query is mended"',
  configure: (command) => {
    command.argument('<runbook>', 'its name').requiredOption(...REASON);
  },
  parse: ({ args, options }) => ({ runbook: args[0] ?? '', reason: options['reason'] as string }),
  run: (request, session) =>
    setControl(session, { kind: 'Breaker', state: 'closed' }, (client) => client.resetBreaker(request)),
});
