import type { Command } from 'commander';
import type { Approval } from '#gen/belay/v1/approval_service.ts';
import { BelayError } from '#lib/errors.ts';
import { approvalPage, shortHash, stateWord } from '../../approval/approval-report.ts';
import { printApproval } from '../../approval/print-approval.ts';
import { confirm } from '../../approval/confirm.ts';
import { announce, call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';

interface ApproveOptions {
  readonly id: string;
  readonly plan: string;
  readonly reason: string;
}

export const approve = defineVerb<ApproveOptions>({
  path: 'approve',
  summary: 'Say yes to a plan: it shows it, and asks',
  group: 'Approvals',
  example: 'approve apr-5b09 --reason "database and payments are healthy"',
  configure: (command: Command) => {
    command
      .argument('<id>', 'of an approval, or a unique beginning of it; of a decision or an incident')
      .option('--plan <hash>', 'the plan that you looked at; then nothing is asked')
      .option('--reason <text>', 'why; it is kept with the answer');
  },
  parse: ({ args, options }) => {
    const plan = options['plan'] as string | undefined;
    // An empty variable in a script must not become a question that nobody answers.
    if (plan === '') throw usageError('--plan is empty', { help: 'approve' });
    return { id: args[0] ?? '', plan: plan ?? '', reason: (options['reason'] as string | undefined) ?? '' };
  },
  run: async ({ id, plan, reason }, session) => {
    const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
    await announce(session);
    const { approval: shown } = await call(session, ApprovalServiceClient, (c) => c.getApproval({ id }));
    const planHash = plan === '' ? await askFor(shown, session) : wholeHash(shown, plan);
    if (planHash === undefined) {
      session.say('Not approved. Nothing changed.');
      return exitCodes.no;
    }
    const request = { id: shown?.request?.approvalId ?? id, planHash, reason };
    const { approval } = await call(session, ApprovalServiceClient, (c) => c.approve(request));
    await printAnswered(approval, session);
    return exitCodes.done;
  },
});

export const deny = defineVerb<{ readonly id: string; readonly reason: string }>({
  path: 'deny',
  summary: 'Say no to a plan: nothing of it is done',
  group: 'Approvals',
  example: 'deny apr-5b09 --reason "the migration cannot be undone"',
  configure: (command: Command) => {
    command
      .argument('<id>', 'of an approval, or a unique beginning of it; of a decision or an incident')
      .requiredOption('--reason <text>', 'why; everybody who asks is shown it');
  },
  parse: ({ args, options }) => ({ id: args[0] ?? '', reason: options['reason'] as string }),
  run: async (request, session) => {
    const { ApprovalServiceClient } = await import('#gen/belay/v1/approval_service.ts');
    await announce(session);
    const { approval } = await call(session, ApprovalServiceClient, (c) => c.deny(request));
    await printAnswered(approval, session);
    return exitCodes.done;
  },
});

/** The plan is what is approved, so it is shown before the question. */
async function askFor(shown: Approval | undefined, session: Session): Promise<string | undefined> {
  const hash = shown?.request?.planHash ?? '';
  if (!shown?.mine) throw notYours(shown, session);
  await printApproval(shown, session);
  const isYes = await confirm(`Approve plan ${shortHash(hash)}?`, {
    isTerminal: process.stdin.isTTY === true,
    next: `${session.invokedAs} approve ${shown.request?.approvalId ?? ''} --plan ${shortHash(hash)}`,
  });
  return isYes ? hash : undefined;
}

/** The beginning that the page shows stands for the whole, where it fits; anything else is the server's to refuse. */
function wholeHash(shown: Approval | undefined, plan: string): string {
  const hash = shown?.request?.planHash ?? '';
  const isBeginning =
    plan.length >= 6 && [hash, hash.replace(/^\w+:/, '')].some((whole) => whole.startsWith(plan));
  return isBeginning ? hash : plan;
}

function notYours(shown: Approval | undefined, session: Session): BelayError {
  const why = shown?.notMineBecause || shown?.ending || 'it is not waiting';
  const kind = shown?.notMineBecause ? 'forbidden' : 'conflict';
  return new BelayError(kind, `not approved: ${why}`, {
    code: kind === 'forbidden' ? 'NOT_AN_APPROVER' : 'APPROVAL_CLOSED',
    next: `${session.invokedAs} approval show ${shown?.request?.approvalId ?? ''}`,
  });
}

async function printAnswered(approval: Approval | undefined, { out }: Session): Promise<void> {
  if (!approval) return;
  const id = approval.request?.approvalId ?? '';
  const page = approvalPage(approval);
  await out.print({
    ...page,
    table: () => ({ rows: [[id, stateWord(approval.state), approval.ending]] }),
  });
}
