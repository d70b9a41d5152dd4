import { describe, expect, it } from 'vitest';
import { verbs } from '../commands.ts';
import { loadAllVerbs, loadVerbs } from './load-verbs.ts';
import { defineVerb } from './verb.ts';

const list = Object.fromEntries(
  ['doctor', 'freeze create', 'freeze list'].map((path) => [path, async () => verb(path)]),
);

const verb = (path: string) =>
  defineVerb({
    path,
    summary: '',
    group: '',
    example: '',
    configure: () => {},
    parse: () => ({}),
    run: async () => 0,
  });

const loaded = async (...argv: string[]) => (await loadVerbs(argv, list)).map(({ path }) => path);

describe('what is loaded', () => {
  it.each([
    [['doctor'], 'doctor'],
    [['-o', 'json', '--utc', 'doctor', '--help'], 'doctor'],
    [['--output=json', 'doctor', 'freeze', 'create'], 'doctor'],
    [['freeze', 'create', 'doctor'], 'freeze create'],
    [['freeze', '--context', 'create', 'list'], 'freeze list'],
  ])('for %j is %s alone', async (argv, path) => {
    expect(await loaded(...argv)).toEqual([path]);
  });

  it.each([
    [],
    ['--help', 'doctor'],
    ['help', 'doctor'],
    ['freeze'],
    ['freeze', 'crate'],
    ['toString'],
    ['-o', 'doctor'],
  ])('for %j is all, as it names none', async (...argv: string[]) => {
    expect(await loaded(...argv)).toEqual(Object.keys(list));
  });
});

it('each command stands in the list under its own path', async () => {
  expect((await loadAllVerbs(verbs)).map(({ path }) => path)).toEqual(Object.keys(verbs));
});
