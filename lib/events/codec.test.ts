import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusRecord, OutgoingRecord } from '#lib/bus/bus.ts';
import { BelayError } from '#lib/errors.ts';
import { badRecords, oversizeRecord } from '../../test/support/bad-records.ts';
import { sampleEvents } from '../../test/support/sample-events.ts';
import { decodeEvent } from './decode-event.ts';
import { encodeEvent } from './encode-event.ts';
import { eventTypes } from './event-types.ts';

const asRead = (record: OutgoingRecord): BusRecord => ({
  ...record,
  partition: 0,
  offset: 0,
  timestampMs: 0,
  key: Buffer.from(record.key),
  headers: Object.fromEntries(
    Object.entries(record.headers).map(([name, value]) => [name, Buffer.from(value)]),
  ),
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('events', () => {
  it('there is a sample of every type', () => {
    expect(sampleEvents.map((e) => e.type).sort()).toEqual(Object.keys(eventTypes).sort());
  });

  it.each(sampleEvents.map((e) => [e.type, e] as const))('%s comes back as it was sent', (_type, event) => {
    const record = asRead(encodeEvent(event, 'belay/test'));
    expect(decodeEvent(record)).toEqual({
      type: event.type,
      id: String(record.headers['ce_id']),
      source: 'belay/test',
      data: event.data,
    });
  });

  it.each(sampleEvents.map((e) => [e.type, e] as const))(
    '%s has the same id whenever it is made again',
    (_t, event) => {
      const [one, two] = [encodeEvent(event, 'belay/one'), encodeEvent(event, 'belay/two')];
      expect(one.headers['ce_id']).toBe(two.headers['ce_id']);
    },
  );

  it.each([
    ...badRecords('m'),
    { title: '1 MB + 1', record: oversizeRecord('m'), code: 'TOO_LARGE', field: 'value' },
  ])('refuses $title, naming $field', ({ record, code, field }) => {
    expect(() => decodeEvent(asRead(record))).toThrow(
      expect.objectContaining({ kind: 'invalid', code, field }),
    );
  });

  it.each([
    [
      'that of all targets, by a target',
      'kill-switch/*',
      { $case: 'killSwitch', value: { state: 1, target: '*' } },
    ],
    [
      'that of all targets, by a freeze',
      'kill-switch/*',
      { $case: 'freeze', value: { lifted: true, namespace: '', service: '', target: '' } },
    ],
    ['that of a freeze, by a newer version', 'freeze/frz-1', undefined],
    [
      'that of a target, by all',
      'kill-switch/prod-eu',
      { $case: 'killSwitch', value: { state: 1, target: '' } },
    ],
    ['one of its own, by a heartbeat', 'beat', { $case: 'heartbeat', value: { beatAt: new Date() } }],
  ])('a control is not set under the key of another one: %s', (_what, key, setting) => {
    const sample = sampleEvents.find(({ type }) => type === 'ControlSet') as never as { data: object };
    const forged = { ...sample, data: { ...sample.data, key, setting } } as never;
    expect(() => encodeEvent(forged, 'x')).toThrow(
      expect.objectContaining({ code: 'INVALID_EVENT', field: 'key' }),
    );
  });

  it('what cannot be written leaves nothing in the events after it, nor does what comes before', () => {
    const sample = sampleEvents.find(({ type }) => type === 'DecisionMade') as never as { data: object };
    const before = encodeEvent(sample as never, 'x').value;
    const kept = Buffer.from(before as Buffer);
    const beyond32Bits = { ...sample, data: { ...sample.data, attempt: 2 ** 40 } } as never;
    expect(() => encodeEvent(beyond32Bits, 'x')).toThrow('invalid int32');
    const other = encodeEvent(sampleEvents[0] as never, 'x').value;
    expect(encodeEvent(sample as never, 'x').value).toEqual(kept);
    expect(before).toEqual(kept);
    expect(other).toEqual(encodeEvent(sampleEvents[0] as never, 'x').value);
  });

  it('refuses a record without a key', () => {
    const record = { ...asRead(encodeEvent(sampleEvents[0] as never, 'x')), key: null };
    expect(() => decodeEvent(record)).toThrow(expect.objectContaining({ code: 'MISSING_KEY', field: 'key' }));
  });

  it('answers any bytes with an event or an invalid, and changes no prototype', () => {
    const record = asRead(encodeEvent(sampleEvents[2] as never, 'x'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(record.value?.length ?? 0), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.uint8Array({ maxLength: 64 }),
        (flips, tail) => {
          const value = Buffer.concat([record.value as Buffer, tail]);
          for (const [at, byte] of flips) value[at] = byte;
          const thrown = thrownBy(() => decodeEvent({ ...record, value }));
          const refused = thrown instanceof BelayError && thrown.kind === 'invalid' && Boolean(thrown.field);
          expect({ thrown, isFine: thrown === undefined || refused }).toMatchObject({ isFine: true });
        },
      ),
      { numRuns: 3_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
