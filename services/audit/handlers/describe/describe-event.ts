import type { AnyEvent } from '#lib/events/event.ts';
import type { AuditedType, DescribersOf, Description } from './description.ts';
import { describeAction } from './describe-action.ts';
import { describeApproval } from './describe-approval.ts';
import { describeAudit } from './describe-audit.ts';
import { describeControl } from './describe-control.ts';
import { describeDecision } from './describe-decision.ts';
import { describeIncident } from './describe-incident.ts';
import { describeVerification } from './describe-verification.ts';

const describers: DescribersOf<AuditedType> = {
  ...describeIncident,
  ...describeDecision,
  ...describeApproval,
  ...describeAction,
  ...describeVerification,
  ...describeAudit,
  ...describeControl,
};

export const auditedTypes = Object.keys(describers) as readonly AuditedType[];

export type AuditedAnyEvent = Extract<AnyEvent, { readonly type: AuditedType }>;

export function describeEvent({ type, data }: AuditedAnyEvent): Description {
  return (describers[type] as (data: unknown) => Description)(data);
}
