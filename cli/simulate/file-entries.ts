import { messageOf } from '#lib/errors.ts';
import { itemLines } from './item-lines.ts';

/** One entry of a file of events. */
export interface FileEntry {
  readonly value: unknown;
  /** Looked for only where something is wrong. */
  readonly line: () => number;
}

export interface FileProblem {
  readonly line: number;
  /** Path of the field at fault, empty for all of the line. */
  readonly field: string;
  readonly message: string;
}

export interface FileEntries {
  readonly entries: readonly FileEntry[];
  readonly problems: readonly FileProblem[];
}

/** What `audit query -o json` prints, its items alone as a list, or one of either on each line. */
export function fileEntries(text: string): FileEntries {
  const whole = parse(text);
  if (whole.ok) return { entries: entriesOfDocument(whole.value, text), problems: [] };
  const lines = text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));
  const filled = lines.filter((line) => line.text.trim() !== '');
  const [first] = filled;
  if (!first) return { entries: [], problems: [] };
  if (!parse(first.text).ok) return { entries: [], problems: [brokenDocument(whole.error, text)] };
  return entriesOfLines(filled);
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

function parse(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}

function entriesOfDocument(value: unknown, text: string): FileEntry[] {
  const { in: key, items } = itemsOf(value);
  let lines: readonly number[] | undefined;
  const lineOf = (index: number): number => {
    lines ??= itemLines(text, key);
    return lines[index] ?? 1;
  };
  return items.map((item, index) => ({ value: item, line: () => lineOf(index) }));
}

function entriesOfLines(lines: readonly { readonly text: string; readonly number: number }[]): FileEntries {
  const entries: FileEntry[] = [];
  const problems: FileProblem[] = [];
  for (const { text, number } of lines) {
    const parsed = parse(text);
    if (parsed.ok)
      entries.push(...itemsOf(parsed.value).items.map((value) => ({ value, line: () => number })));
    else problems.push({ line: number, field: '', message: `is no JSON: ${parsed.error}` });
  }
  return { entries, problems };
}

interface Items {
  /** The key that they stand under, if any. */
  readonly in?: string;
  readonly items: readonly unknown[];
}

function itemsOf(value: unknown): Items {
  if (Array.isArray(value)) return { items: value };
  const items = typeof value === 'object' && value !== null && 'items' in value ? value.items : undefined;
  return Array.isArray(items) ? { in: 'items', items } : { items: [value] };
}

function brokenDocument(error: string, text: string): FileProblem {
  const [, position = String(text.length)] = /at position (\d+)/.exec(error) ?? [];
  const line = text.slice(0, Number(position)).split('\n').length;
  return { line, field: '', message: `is no JSON: ${error}` };
}
