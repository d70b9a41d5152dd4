import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimelineEntry } from '#gen/belay/v1/audit_service.ts';
import { definitionOf } from '#lib/events/event-types.ts';
import { BelayError } from '#lib/errors.ts';
import { entryBody } from '../commands/audit/entry.ts';
import { record } from '../../test/support/record-incidents.ts';
import { parseRecording } from './read-from-file.ts';

const events = await record([{ minute: 0 }, { minute: 1, confidence: 0.5 }]);

/** As `audit query -o json` prints them. */
const items = events.map(({ type, data }) => {
  const dataJson = JSON.stringify(definitionOf(type).codec.toJSON(data));
  return entryBody(TimelineEntry.fromPartial({ eventId: 'evt-1', type, dataJson }));
});

function problemsIn(text: string): string | undefined {
  try {
    parseRecording(text, 'events.ndjson');
    return undefined;
  } catch (error) {
    if (error instanceof BelayError && error.code === 'RECORDING_INVALID') return error.why;
    throw error;
  }
}

describe('a recording in a file', () => {
  const lines = items.map((item) => JSON.stringify(item)).join('\n');
  it.each([
    ['the answer of audit query', JSON.stringify({ kind: 'EventList', items }, undefined, 2)],
    ['the same on a line', JSON.stringify({ kind: 'EventList', items })],
    ['a list', JSON.stringify(items)],
    ['one event a line', `\uFEFF${lines}\r\n\n`],
    ['one answer a line', `${JSON.stringify({ items })}\n${JSON.stringify({ items: [] })}\n`],
  ])('is read as %s', (_, text) => {
    expect(parseRecording(text, 'f')).toEqual({ events, withoutData: 0 });
  });

  it('may be empty, hold events of other types, and such as audit shows without their data', () => {
    expect(parseRecording('\n', 'f')).toEqual({ events: [], withoutData: 0 });
    expect(parseRecording('{"type": "ActionStarted"}\n', 'f')).toEqual({ events: [], withoutData: 0 });
    expect(parseRecording('{"type": "DecisionMade", "data": {}}', 'f')).toEqual({
      ...{ events: [], withoutData: 1 },
    });
  });

  it('names line and field of what is wrong, all at once', () => {
    const bad = { type: 'IncidentReported', data: { incidentId: 'inc-1', service: '' } };
    const text = [items[0], bad, { data: {} }, 7].map((value) => JSON.stringify(value));
    expect(problemsIn([...text, '{"type": '].join('\n'))?.split('\n')).toEqual([
      'events.ndjson:2 data.service: IncidentReported.service is missing',
      'events.ndjson:3 type: is missing, expected an event as belay audit query -o json prints it',
      'events.ndjson:4 type: is missing, expected an event as belay audit query -o json prints it',
      expect.stringMatching(/^events\.ndjson:5 is no JSON: /),
    ]);
  });

  it('finds the line in what is printed over many lines', () => {
    const bad = { type: 'DecisionMade', data: { ...(items[1]?.['data'] as object), mode: 'MODE_MAGIC' } };
    const text = JSON.stringify({ items: [items[0], bad] }, undefined, 2);
    const second = text.split('\n').lastIndexOf('    {') + 1;
    expect(problemsIn(text)).toBe(
      `events.ndjson:${second} data.mode: DecisionMade.mode is missing or unknown to this version`,
    );
    const cut = text.slice(0, text.indexOf('"data"') + 9);
    expect(problemsIn(cut)).toMatch(new RegExp(`^events\\.ndjson:${cut.split('\n').length} is no JSON: `));
  });

  it('says how many more there are', () => {
    const why = problemsIn(JSON.stringify(Array.from({ length: 25 }, () => 0))) ?? '';
    expect(why.split('\n')).toHaveLength(21);
    expect(why).toMatch(/\nand 5 more$/);
  });

  it('is refused in words, whatever is in it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ type: fc.constantFrom('DecisionMade', 'OrderIssued'), data: fc.jsonValue() })
        .map((v) => JSON.stringify(v)),
      fc.array(fc.jsonValue()).map((items) => JSON.stringify({ items })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const why = problemsIn(text);
        expect(why === undefined || /^events\.ndjson:\d+ /.test(why)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
