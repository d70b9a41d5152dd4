import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText } from './redact-text.ts';

describe('redactText', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI\nhunter2+/=\n-----END PRIVATE KEY-----';

  it.each([
    ['a bearer token', 'GET / Bearer hunter2.a-b~c=', 'GET / Bearer [redacted]'],
    ['a bearer token in other letters', 'authorization: bearer hunter2', 'authorization: bearer [redacted]'],
    ['a token by its form', 'got eyJhbGciOiJFZERTQSJ9.eyJodW50ZXIyIn0.c2ln', 'got [redacted]'],
    [
      'the password of a URL',
      'cannot reach postgres://u:hunter2@db/x',
      'cannot reach postgres://[redacted]@db/x',
    ],
    ['a password with reserved letters', 'redis://:hun/t@er2@h:6379', 'redis://[redacted]@h:6379'],
    ['a token as the user of a URL', 'https://hunter2@host/', 'https://[redacted]@host/'],
    ['a PEM block', `key ${pem} and on`, 'key [redacted] and on'],
    ['a PEM block within JSON', JSON.stringify({ k: pem, n: 1 }), '{"k":"[redacted]","n":1}'],
    [
      'a PEM block within JSON within JSON',
      JSON.stringify(JSON.stringify({ k: pem })),
      '"{\\"k\\":\\"[redacted]\\"}"',
    ],
    [
      'a PEM block that was cut off',
      JSON.stringify({ k: pem.slice(0, 60), n: 1 }),
      '{"k":"[redacted]","n":1}',
    ],
  ])('takes out %s', (_, text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  it.each(['http://127.0.0.1:7171/livez', 'ops@example.com', 'topic incident, partition 3', '14:03:22 a@b'])(
    'leaves %s alone',
    (text) => {
      expect(redactText(text)).toBe(text);
    },
  );

  it('keeps a line of JSON a line of JSON with the same keys, whatever is in it', () => {
    const marker = fc.constantFrom('Bearer ', '-----BEGIN KEY-----', 'x://u:p@', '\\n', '"', '\n', 'eyJ');
    const text = fc.array(fc.oneof(fc.string(), marker)).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const line = JSON.parse(redactText(JSON.stringify({ a, b, end: true }))) as object;
        expect(line).toMatchObject({ end: true });
        expect(Object.keys(line)).toEqual(['a', 'b', 'end']);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to the text, also when it is made to hurt', () => {
    const hurtful = ['://a:', '-----BEGIN A-----', 'Bearer ', 'eyJaaaaaaaa.', '\\\\\\\\', '://a@'];
    const startedMs = performance.now();
    for (const piece of hurtful) redactText(piece.repeat(50_000));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
