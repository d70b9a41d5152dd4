const DURATION = /^P(?:(\d{1,2})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$/;
const DAY_MS = 86_400_000;

/** An ISO-8601 duration of more than nothing and at most a day; months and years have no length. */
export function durationToMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const ms =
    (days ?? 0) * DAY_MS + (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000;
  return ms > 0 && ms <= DAY_MS ? ms : undefined;
}

/** The shortest spelling in hours, minutes and seconds. */
export function msToDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const parts = [hours && `${hours}H`, minutes && `${minutes}M`, seconds % 60 && `${seconds % 60}S`];
  return `PT${parts.filter(Boolean).join('')}`;
}
