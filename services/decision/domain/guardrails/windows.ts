import { WINDOW_MS, type WindowCount } from './observed.ts';

/** When what began, by key and decision. */
export type Windows = Map<string, Map<string, number>>;

/** What began within the window, and what has to leave it before another may begin. */
export function countWindow(
  began: ReadonlyMap<string, number> | undefined,
  limit: number,
  now: Date,
  windowMs = WINDOW_MS,
): WindowCount {
  const within = [...(began?.values() ?? [])].filter((atMs) => atMs > now.getTime() - windowMs);
  const count = within.length;
  if (count < limit || limit === 0) return { count, blockedByMs: 0 };
  within.sort((a, b) => a - b);
  return { count, blockedByMs: within[count - limit] ?? 0 };
}

/** How many are younger than that. */
export function countSince(began: ReadonlyMap<string, number> | undefined, sinceMs: number): number {
  let count = 0;
  for (const atMs of began?.values() ?? []) if (atMs > sinceMs) count += 1;
  return count;
}

/** The latest time stays. */
export function note(windows: Windows, key: string, id: string, at: Date): void {
  const began = windows.get(key) ?? new Map<string, number>();
  began.set(id, Math.max(at.getTime(), began.get(id) ?? 0));
  windows.set(key, began);
}
