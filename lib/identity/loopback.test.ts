import { expect, it } from 'vitest';
import { isLoopback } from './loopback.ts';

it.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '127.0.0.1.example.com',
  'localhost.example.com',
  'LOCALHOST.',
  '127.1',
  '2130706433',
  '::ffff:10.0.0.1',
  '1.127.0.0',
  '',
])('%s may be another', (host) => {
  expect(isLoopback(host)).toBe(false);
});
