import type { Clock } from '#lib/clock.ts';
import { toSeconds } from '#lib/seconds.ts';
import type { GlobalOptions } from './global-options.ts';
import { relativeTime } from './relative-time.ts';
import { renderTable, type Table } from './table.ts';

/** What a command found out, in the forms in which it can be asked for. */
export interface Result {
  /** As JSON and YAML name it: DoctorReport. */
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** For `-o name`, one a line. */
  readonly names: readonly string[];
  readonly table: (as: Presentation) => Table;
}

export interface Presentation {
  /** `-o wide` */
  readonly wide: boolean;
  /** Relative to now, or in UTC with `--utc`. */
  readonly time: (time: Date) => string;
}

export interface Output {
  print(result: Result): Promise<void>;
  /** One of several that come as things happen: JSON takes one line, YAML one document. */
  printNext(result: Result): Promise<void>;
}

interface OutputOptions extends Pick<GlobalOptions, 'output' | 'utc'> {
  readonly color: boolean;
  readonly clock: Clock;
  readonly write: (text: string) => void;
}

const API_VERSION = 'belay/v1';

export function createOutput(options: OutputOptions): Output {
  const { output, utc, color, clock, write } = options;
  const presentation: Presentation = {
    wide: output === 'wide',
    time: (time) => (utc ? toSeconds(time) : relativeTime(time, clock.now())),
  };
  const render = async (result: Result, indent: number): Promise<string> => {
    switch (output) {
      case 'table':
      case 'wide':
        return renderTable(result.table(presentation), { color });
      case 'json':
        return `${toJson(result, indent)}\n`;
      case 'yaml':
        return (await import('yaml')).stringify(JSON.parse(toJson(result, 0)), { lineWidth: 0 });
      case 'name':
        return result.names.map((name) => `${name}\n`).join('');
    }
  };
  return {
    print: async (result) => write(await render(result, 2)),
    printNext: async (result) => write((output === 'yaml' ? '---\n' : '') + (await render(result, 0))),
  };
}

/** Times are RFC 3339 in UTC, as dates write themselves; 64-bit numbers are texts, as in proto's JSON. */
function toJson({ kind, body }: Result, indent: number): string {
  const big = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  const text = JSON.stringify({ apiVersion: API_VERSION, kind, ...body }, big, indent);
  return text.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
