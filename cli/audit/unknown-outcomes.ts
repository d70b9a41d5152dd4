import type { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import type { Session } from '../frame/session.ts';

type Entry = Pick<TimelineEntry, 'type' | 'actionId' | 'outcome'>;

/** The command that ends it, for whoever has looked at the target. */
export const settleCommand = (actionId: string, { invokedAs }: Pick<Session, 'invokedAs'>): string =>
  `${invokedAs} action settle ${actionId} --outcome done|not-done --reason "..."`;

/** Where nobody can tell how an action ended, people have to: whoever reads about it is told how. */
export function sayUnknownOutcomes(
  timeline: readonly Entry[],
  session: Pick<Session, 'say' | 'invokedAs'>,
): void {
  for (const actionId of unknownOutcomes(timeline)) {
    session.say(
      'Nobody can tell how it ended, and its workload stays locked. Look at the target, then say so:',
    );
    session.say(`  ${settleCommand(actionId, session)}`);
  }
}

function unknownOutcomes(timeline: readonly Entry[]): readonly string[] {
  const resolved = new Set(
    timeline.filter(({ type }) => type === 'ActionResolved').map(({ actionId }) => actionId),
  );
  return timeline
    .filter(({ type, outcome }) => type === 'ActionSettled' && outcome === 'unknown')
    .map(({ actionId }) => actionId)
    .filter((actionId) => !resolved.has(actionId));
}
