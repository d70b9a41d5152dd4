import { expect, it } from 'vitest';
import { revision } from '../fixtures/look.ts';
import { imagesChanged, revisionToGoBackTo } from './undo-checks.ts';

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['image shop/web:2 -> 1', { main: 'shop/web:2' }, { main: 'shop/web:1' }],
  ['image shop/web:2 -> other/web:1', { main: 'shop/web:2' }, { main: 'other/web:1' }],
  ['image host:5000/web -> host:5000/web:1', { main: 'host:5000/web' }, { main: 'host:5000/web:1' }],
  ['image web@sha256:aa -> web@sha256:bb', { main: 'web@sha256:aa' }, { main: 'web@sha256:bb' }],
  ['image a:2 -> 1, none -> proxy:3', { main: 'a:2' }, { main: 'a:1', side: 'proxy:3' }],
  ['the same images', { main: 'a:2' }, { main: 'a:2' }],
])('%s', (text, from, to) => {
  expect(imagesChanged(from, to)).toBe(text);
});

it('goes back to the newest of the older revisions, in whatever order they come', () => {
  const revisions = [revision(39), revision(43), revision(42), revision(41)];
  expect(revisionToGoBackTo(revisions, 42, undefined)?.number).toBe(41);
  expect(revisionToGoBackTo(revisions, 39, undefined)).toBeUndefined();
  expect(revisionToGoBackTo(revisions, 0, 41)).toBeUndefined();
});
