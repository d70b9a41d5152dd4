/** `2026-03-03T04:00:00Z` */
export const toSeconds = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');

/** A time before which nothing will happen is never shown earlier than it is. */
export const roundUpToSecond = (at: Date): Date => new Date(Math.ceil(at.getTime() / 1_000) * 1_000);
