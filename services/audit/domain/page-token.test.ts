import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from './page-token.ts';

const start = {
  after: { time: new Date('2026-03-03T03:12:07.123Z'), rank: 40, id: 'evt-1' },
  incidentId: 'inc-017',
};
const filters = { outcome: 'failed', runbook: '' };
const refusal = expect.objectContaining({ kind: 'invalid', code: 'PAGE_TOKEN_INVALID', field: 'pageToken' });

describe('a page token', () => {
  it('leads to where the page ended, however the filters are written down', () => {
    const token = encodePageToken(start, filters);
    expect(decodePageToken(token, { outcome: 'failed' })).toEqual(start);
    expect(token).toMatch(/^[\w-]+$/);
  });

  it('is refused for a query with other filters', () => {
    const token = encodePageToken(start, filters);
    expect(() => decodePageToken(token, { outcome: 'success' })).toThrow(refusal);
    expect(() => decodePageToken(token, { outcome: '', runbook: 'failed' })).toThrow(refusal);
  });

  const parts = (...changed: unknown[]) => Buffer.from(JSON.stringify(changed)).toString('base64url');
  const madeFor = (
    JSON.parse(Buffer.from(encodePageToken(start, {}), 'base64url').toString()) as unknown[]
  )[4];

  it.each([
    ['a time before all others', parts(-1, 1, 'evt', '', madeFor)],
    ['a time beyond all others', parts(1e18, 1, 'evt', '', madeFor)],
    ['a fraction', parts(1.5, 1, 'evt', '', madeFor)],
    ['a rank beyond the column', parts(1, 2 ** 31, 'evt', '', madeFor)],
    ['an id that no database takes', parts(1, 1, 'evt\0', '', madeFor)],
    ['an id that is a list', parts(1, 1, ['evt'], '', madeFor)],
    ['too few parts', parts(1, 1, 'evt')],
    ['no list', Buffer.from('"evt"').toString('base64url')],
    ['far too much', 'A'.repeat(1_000_000)],
  ])('is refused with %s', (_what, token) => {
    expect(() => decodePageToken(token, {})).toThrow(refusal);
  });

  it('is taken or refused, and never breaks anything', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (token) => {
          expect(() => decodePageToken(token, {})).toThrow(refusal);
        },
      ),
    );
  });
});
