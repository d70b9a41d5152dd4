import type { Command } from 'commander';
import { printApproval } from '../../approval/print-approval.ts';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

export const approvalShow = defineVerb<{ readonly id: string }>({
  path: 'approval show',
  summary: 'The whole question: what was found, what would change, and what if nobody answers',
  group: 'Approvals',
  example: 'approval show apr-5b09',
  configure: (command: Command) => {
    command.argument('<id>', 'of an approval, or a unique beginning of it; of a decision or an incident');
  },
  parse: ({ args }) => ({ id: args[0] ?? '' }),
  run: async (request, session) => {
    const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
    const { approval } = await call(session, ApprovalServiceClient, (c) => c.getApproval(request));
    if (approval) await printApproval(approval, session);
    return exitCodes.done;
  },
});
