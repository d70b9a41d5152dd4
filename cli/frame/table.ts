import { styleText } from 'node:util';
import { printable } from './printable.ts';

export type Tone = 'good' | 'bad' | 'dim';

/** Colour never says what the word does not. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Table {
  /** A line above, with the rest set in under it. */
  readonly title?: string;
  readonly header?: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const STYLES = { good: 'green', bad: 'red', dim: 'dim' } as const;
const GAP = '  ';

/** Columns under each other. Lines are never wrapped or cut: that is the terminal's to do. */
export function renderTable({ title, header, rows }: Table, { color }: { readonly color: boolean }): string {
  const all = (header ? [header, ...rows] : rows).map((row) => row.map(clean));
  const widths: number[] = [];
  for (const row of all) row.forEach(({ text }, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(text))));
  const indent = title === undefined ? '' : '  ';
  const lines = all.map((row) => `${indent}${renderRow(row, widths, color)}\n`);
  return (title === undefined ? '' : `${printable(title)}\n`) + lines.join('');
}

interface CleanCell {
  readonly text: string;
  readonly tone?: Tone;
}

function clean(cell: Cell): CleanCell {
  return typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) };
}

function renderRow(row: readonly CleanCell[], widths: readonly number[], color: boolean): string {
  const cells = row.map(({ text, tone }, i) => {
    const padding = ' '.repeat((widths[i] ?? 0) - widthOf(text));
    const shown = color && tone ? styleText(STYLES[tone], text, { validateStream: false }) : text;
    return shown + padding;
  });
  return cells.join(GAP).trimEnd();
}

/** Terminal columns: marks that combine take none, the wide scripts and emoji take two. */
function widthOf(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return Array.from(text.replace(/\p{M}/gu, '')).length + wide;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/gu;
