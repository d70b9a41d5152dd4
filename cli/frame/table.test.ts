import { describe, expect, it } from 'vitest';
import { renderTable } from './table.ts';

const plain = { color: false };

describe('a table', () => {
  it('puts columns under each other and leaves no blanks at the end of a line', () => {
    const rows = [
      ['bus', 'ok', ''],
      ['grpc', 'WRONG', 'start it'],
    ];
    expect(renderTable({ header: ['CHECK', 'RESULT', 'FIX'], rows }, plain)).toBe(
      'CHECK  RESULT  FIX\nbus    ok\ngrpc   WRONG   start it\n',
    );
  });

  it('counts what a terminal shows: wide characters take two columns, combining marks none', () => {
    const rows = [
      ['日本', 'x'],
      ['e\u0301', 'x'],
      ['abcd', 'x'],
    ];
    expect(renderTable({ rows }, plain)).toBe('日本  x\ne\u0301     x\nabcd  x\n');
  });

  it('sets rows in under a title', () => {
    expect(renderTable({ title: 'Belay', rows: [['grpc', 'here']] }, plain)).toBe('Belay\n  grpc  here\n');
  });

  it('never lets a cell drive the terminal or break its line', () => {
    const rows = [['\u001b[2Jboo', 'two\r\nlines', 'a\u009b31mb', 'evil\u202etxt.exe']];
    expect(renderTable({ rows }, plain)).toBe('\\u001b[2Jboo  two lines  a\\u009b31mb  evil\\u202etxt.exe\n');
  });

  it('colours only when asked to, and pads by what is seen', () => {
    const rows = [
      [{ text: 'ok', tone: 'good' as const }, 'x'],
      ['WRONG', 'x'],
    ];
    expect(renderTable({ rows }, { color: true })).toBe('\u001b[32mok\u001b[39m     x\nWRONG  x\n');
    expect(renderTable({ rows }, plain)).not.toContain('\u001b');
  });

  it('is nothing without rows', () => {
    expect(renderTable({ rows: [] }, plain)).toBe('');
  });
});
