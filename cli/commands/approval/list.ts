import type { Command } from 'commander';
import { approvalList } from '../../approval/approval-list.ts';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const approvalListVerb = defineVerb<{ readonly mine: boolean; readonly all: boolean }>({
  path: 'approval list',
  summary: 'What waits for people, by its deadline',
  group: 'Approvals',
  example: 'approval list --mine',
  configure: (command: Command) => {
    command
      .option('--mine', 'those that you may answer')
      .option('--all', 'those that are over as well, the newest first');
  },
  parse: ({ options }) => ({ mine: options['mine'] === true, all: options['all'] === true }),
  run: async (request, session) => {
    const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
    const { approvals } = await call(session, ApprovalServiceClient, (c) => c.listApprovals(request));
    await session.out.print(approvalList(approvals));
    if (approvals.length === 0)
      session.say(request.mine ? 'Nothing waits for you.' : 'Nothing waits for people.');
    return exitCodes.done;
  },
});
