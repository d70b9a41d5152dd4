import type { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';
import { printWhy } from './why.ts';

export const decisionShow = defineVerb<{ readonly id: string }>({
  path: 'decision show',
  summary: 'One decision with its checks, without what came of it',
  group: 'Decisions',
  example: 'decision show dec-4c19',
  configure: (command: Command) => {
    command.argument('<id>', 'a decision or an incident, a unique beginning of its id, or INC001');
  },
  parse: ({ args }) => ({ id: args[0] ?? '' }),
  run: async ({ id }, session) => {
    const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
    const found = await call(session, AuditServiceClient, (client) => client.explainDecision({ id }));
    await printWhy({ ...found, timeline: [] }, session);
    return exitCodes.done;
  },
});
