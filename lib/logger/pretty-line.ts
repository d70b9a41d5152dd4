/** A JSON log line as people read it in a terminal: time of day, level, who, what, and the rest as key=value. */
export function prettyLine(json: string): string {
  const { time, level, name, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const head = `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${String(name)}`;
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${show(value)}`);
  return `${head}: ${typeof msg === 'string' ? msg : ''}${fields.join('')}${errorText(err)}\n`;
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message, why, next, cause } = error as Readonly<Record<string, string>>;
  const lines = [
    stack ?? message ?? '',
    ...(why ? [`why:  ${why}`] : []),
    ...(next ? [`next: ${next}`] : []),
  ];
  const text = lines.map((line) => `\n  ${line.replaceAll('\n', '\n  ')}`).join('');
  return cause === undefined ? text : `${text}\n  caused by:${errorText(cause)}`;
}
