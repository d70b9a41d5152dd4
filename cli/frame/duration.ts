const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Ten years: whatever is longer is a slip, and no date could be reckoned from it for long. */
const LONGEST_MS = 3_650 * 86_400_000;

/** `30s`, `500ms`, `1h30m`. Undefined for anything else, and above ten years: a bare number hides its unit. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  const ms = [...parts].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_MS[unit] ?? 0),
    0,
  );
  return ms <= LONGEST_MS ? Math.round(ms) : undefined;
}
