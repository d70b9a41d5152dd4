import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.ts';

const KEYS = ['brokers', 'clientId', 'dataDir', 'kind', 'replicationFactor'];

describe('suggest', () => {
  it.each([
    ['broker', 'brokers'],
    ['knid', 'kind'],
    ['client_id', 'clientId'],
    ['data-dir', 'dataDir'],
    ['DATADIR', 'dataDir'],
    ['replicatonFactr', 'replicationFactor'],
  ])('finds for %s the key %s', (typed, meant) => {
    expect(suggest(typed, KEYS)).toBe(meant);
  });

  it('is silent when nothing is near, rather than misleading', () => {
    expect(suggest('password', KEYS)).toBeUndefined();
    expect(suggest('x', [])).toBeUndefined();
  });

  it('finds a word again after one slip: a letter lost, doubled, or swapped with its neighbour', () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('lose', 'double', 'swap'), (typed, at, slip) => {
        const i = at % (typed.length - 1);
        const [before, here, next, after] = [typed.slice(0, i), typed[i], typed[i + 1], typed.slice(i + 2)];
        const slipped = {
          lose: [before, next, after],
          double: [before, here, here, next, after],
          swap: [before, next, here, after],
        };
        expect(suggest(slipped[slip].join(''), [typed])).toBe(typed);
      }),
    );
  });
});
