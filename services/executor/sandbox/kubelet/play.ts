import { badRequest } from '../api/status.ts';

/** On a pod, or on a template for all of its pods. Without it a pod becomes Ready, also one that failed before. */
export const PLAY_ANNOTATION = 'sandbox.belay.run/play';
/** For `slow-ready`: "1500ms", "3s" or "2m"; 10 s unless given. */
export const READY_AFTER_ANNOTATION = 'sandbox.belay.run/ready-after';
/** How long a deleted pod stays Terminating; 500 ms unless given. Pods with a grace period of 0 go at once. */
export const DELETE_AFTER_ANNOTATION = 'sandbox.belay.run/delete-after';
/** The API goes away for that long with the answer to the deletion of a pod; it is done. */
export const OUTAGE_ANNOTATION = 'sandbox.belay.run/outage';

const plays = ['crash-loop', 'oom-killed', 'never-ready', 'slow-ready'] as const;
export type Play = (typeof plays)[number];

export function parsePlay(text: string | undefined): Play | undefined {
  if (text === undefined) return undefined;
  const play = plays.find((known) => known === text);
  if (play) return play;
  throw badRequest(`annotation ${PLAY_ANNOTATION}: "${text}" is none of ${plays.join(', ')}`);
}

const UNITS = { ms: 1, s: 1_000, m: 60_000 };

export function parseDurationMs(text: string | undefined, defaultMs: number): number {
  if (text === undefined) return defaultMs;
  const [, digits, unit] = /^(\d{1,9})(ms|s|m)$/.exec(text) ?? [];
  if (digits === undefined) throw badRequest(`"${text}" is no duration; "1500ms", "3s" and "2m" are`);
  return Number(digits) * UNITS[unit as keyof typeof UNITS];
}
