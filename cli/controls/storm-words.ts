import type { StormStatus } from '#gen/belay/v1/decision_service.ts';

/** Whose incidents they are. */
export const stormOwner = ({ source }: StormStatus): string =>
  source === '' ? 'of all sources' : `of ${source}`;

/** Since when, what that means, and until when at least. */
export function stormWords({ source, startedAt, endsAt }: StormStatus, time: (at: Date) => string): string {
  const since = startedAt ? `since ${time(startedAt)}: ` : '';
  const what = source === '' ? 'nothing runs by itself' : 'nothing of it runs by itself';
  return `${since}${what}${endsAt ? `; earliest end ${time(endsAt)}` : ''}`;
}
