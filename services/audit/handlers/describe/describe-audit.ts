import { Mode } from '#gen/belay/v1/common.ts';
import { clockTime, enumWord, spoken, withDetail } from '../../domain/wording.ts';
import type { DescribersOf } from './description.ts';
import { nameOf, runbookText } from './pieces.ts';

export const describeAudit: DescribersOf<
  'CommandGiven' | 'AccessRefused' | 'DeadLettered' | 'NotificationSent' | 'RunbookChanged' | 'RunSkipped'
> = {
  CommandGiven: ({ actor, command, subject, reason, result }) => {
    const given = [`${nameOf(actor)} asked for ${command}`, subject].filter(Boolean).join(' on ');
    const refused = result === 'ok' || result === '' ? '' : `, refused: ${result}`;
    return {
      outcome: result || 'ok',
      text: `${withDetail(given, reason)}${refused}`,
      actor: nameOf(actor),
      incidentId: subject.startsWith(INCIDENT) ? subject : undefined,
    };
  },
  AccessRefused: ({ actor, command, neededRole, peer }) => ({
    outcome: 'access_refused',
    text: `${nameOf(actor)} may not call ${command}: it needs the role ${neededRole} (from ${peer || 'an unknown address'})`,
    actor: nameOf(actor),
  }),
  DeadLettered: ({ actor, group, topic, partition, offset, eventType, reason }) => ({
    outcome: 'dead_lettered',
    text: withDetail(
      `set aside by ${group}: ${topic}/${partition}/${offset}${eventType === '' ? '' : ` (${eventType})`}`,
      reason,
    ),
    actor: nameOf(actor),
  }),
  NotificationSent: ({ actor, channel, receipt, error }) => ({
    outcome: error === '' ? 'notified' : 'notification_failed',
    text:
      error === ''
        ? `told ${channel}${receipt === '' ? '' : ` (receipt ${receipt})`}`
        : `could not tell ${channel}: ${error}`,
    actor: nameOf(actor),
  }),
  RunbookChanged: ({ actor, runbook, change, mode, reason }) => ({
    outcome: `runbook_${change}`,
    text: withDetail(`${runbookText(runbook)} ${spoken(change)}${modeOf(mode)} by ${nameOf(actor)}`, reason),
    runbook,
    actor: nameOf(actor),
  }),
  RunSkipped: ({ actor, runbook, plannedAt, code, reason, further, skippedAt }) => {
    const more = further > 0 ? `, nor at ${further} more times since` : '';
    const when = `${clockTime(plannedAt, skippedAt)}${more}`;
    return {
      outcome: `schedule_${code}`,
      text: withDetail(`${runbookText(runbook)} was not run as planned for ${when}`, reason),
      runbook,
      actor: nameOf(actor),
    };
  },
};

const INCIDENT = 'inc-';

/** Of an activation. */
const modeOf = (mode: Mode): string => (mode === Mode.UNSPECIFIED ? '' : ` as ${enumWord(Mode, mode)}`);
