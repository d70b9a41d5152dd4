import type { Approval } from '#gen/belay/v1/approval_service.ts';
import type { Session } from '../frame/session.ts';
import { approvalPage, checksPage } from './approval-report.ts';

/** The question, and for people behind it everything that was checked. */
export async function printApproval(approval: Approval, { out, globals, write }: Session): Promise<void> {
  await out.print(approvalPage(approval));
  if (globals.output !== 'table' && globals.output !== 'wide') return;
  write('\n');
  await out.print(checksPage(approval));
}
