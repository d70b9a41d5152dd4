import { printRunbook } from './print-runbook.ts';
import type { Runbook } from './runbook.ts';

/** No text of SQL holds it. */
const NUL = '\0';

interface Where {
  /** Its first line, counted from 1. */
  readonly line: number;
  /** Those of all documents of the file. */
  readonly lines: readonly number[];
}

/**
 * The text of one runbook of a file: its own document, as it was written where that can be told, and as it would
 * be printed otherwise. `load` proves that it is the same runbook.
 */
export function documentSource(
  text: string,
  runbook: Runbook,
  { line, lines }: Where,
  load: (text: string) => readonly Runbook[],
): string {
  if (text.includes(NUL)) return printRunbook(runbook);
  if (lines.length === 1) return text;
  const part = partAt(text, line);
  // Of two in one part the text would be that of both; loading it for each of many would take its time.
  if (lines.filter((other) => other > part.begin && other <= part.end).length > 1)
    return printRunbook(runbook);
  return load(part.text)[0]?.digest === runbook.digest ? part.text : printRunbook(runbook);
}

/** YAML lets nothing but the mark between two documents begin a line like that, not even within a text. */
function partAt(text: string, line: number): { text: string; begin: number; end: number } {
  const lines = text.split('\n');
  const isMark = (index: number): boolean => /^---(\s|$)/.test(lines[index] ?? '');
  let begin = Math.min(line, lines.length) - 1;
  while (begin > 0 && !isMark(begin)) begin -= 1;
  let end = begin + 1;
  while (end < lines.length && !isMark(end)) end += 1;
  return { text: `${lines.slice(begin, end).join('\n').trimEnd()}\n`, begin, end };
}
