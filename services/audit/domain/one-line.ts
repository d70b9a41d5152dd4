const TEXT_LIMIT = 500;

/**
 * Text that came from anywhere, fit for a terminal and a table: no line breaks, no escape sequences, nothing
 * that is invisible or turns the direction of reading.
 */
export function oneLine(text: string, maxLength = TEXT_LIMIT): string {
  const line = text
    // What is cut off anyway need not be looked at; whatever is taken out leaves enough.
    .slice(0, 4 * maxLength)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toWellFormed();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
}
