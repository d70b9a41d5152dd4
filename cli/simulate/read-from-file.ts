import { readFile } from 'node:fs/promises';
import { BelayError } from '#lib/errors.ts';
import { type FileEntry, fileEntries, type FileProblem } from './file-entries.ts';
import {
  isRecordedType,
  isWithoutData,
  readRecorded,
  type RecordedEvent,
  type Recording,
} from './recorded-event.ts';

/** A recording without a running system. What is wrong with the file is listed at once. */
export async function readFromFile(path: string, file: string): Promise<Recording> {
  return parseRecording(await read(path, file), file);
}

export function parseRecording(text: string, file: string): Recording {
  const { entries, problems } = fileEntries(text.replace(/^\uFEFF/, ''));
  const read = entries.map(readEntry);
  const all = [...problems, ...read.flatMap((one) => ('problem' in one ? [one.problem] : []))];
  if (all.length > 0) throw invalid(all, file);
  return {
    events: read.flatMap((one) => ('event' in one ? [one.event] : [])),
    withoutData: read.filter((one) => 'withoutData' in one).length,
  };
}

type ReadEntry =
  | { readonly event: RecordedEvent }
  | { readonly problem: FileProblem }
  | { readonly withoutData: true }
  /** Of a type that simulations do not need. */
  | { readonly unused: true };

function readEntry({ value, line }: FileEntry): ReadEntry {
  const { type, data } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<'type' | 'data', unknown>;
  if (typeof type !== 'string') {
    const message = 'is missing, expected an event as belay audit query -o json prints it';
    return { problem: { line: line(), field: 'type', message } };
  }
  if (!isRecordedType(type)) return { unused: true };
  if (isWithoutData(data)) return { withoutData: true };
  try {
    return { event: readRecorded(type, data) };
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    const field = error.field ? `data.${error.field}` : 'data';
    return { problem: { line: line(), field, message: error.message } };
  }
}

async function read(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new BelayError('unavailable', `the history cannot be read from ${file}`, {
      code: 'HISTORY_UNREADABLE',
      why: code,
      next: 'check the path and its permissions',
      cause: error,
    });
  }
}

const MOST_SHOWN = 20;

function invalid(problems: readonly FileProblem[], file: string): BelayError {
  const lines = problems
    .toSorted((a, b) => a.line - b.line)
    .slice(0, MOST_SHOWN)
    .map(({ line, field, message }) => `${file}:${line} ${field === '' ? '' : `${field}: `}${message}`);
  const more = problems.length - lines.length;
  return new BelayError('invalid', `${file} is no recording of events`, {
    code: 'RECORDING_INVALID',
    why: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    next: 'write it again: belay audit query -o json',
  });
}
