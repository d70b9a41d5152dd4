import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nouns, verbs } from './commands.ts';

const root = new URL('..', import.meta.url).pathname;

/** Commands that a file tells its reader to give, without comments and what kubectl calls a namespace. */
function commandsIn(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
  const named = text.matchAll(
    /(?:(?<![\w/.-]|-n )belay|invokedAs\}) ((?!--)[a-z][a-z-]*(?: (?!--)[a-z][a-z-]*)?)/g,
  );
  return [...named].map(([, words = '']) => `${file}: ${words}`);
}

const exists = (found: string): boolean => {
  const [, words = ''] = found.split(': ');
  const [first = ''] = words.split(' ');
  return Object.hasOwn(verbs, words) || (Object.hasOwn(verbs, first) && !Object.hasOwn(nouns, first));
};

it('every command that an error or a hint names exists', () => {
  const files = globSync('{cli,services,lib}/**/*.ts', { cwd: root });
  const found = files.filter((file) => !/\.test\.ts$|fixtures\//.test(file)).flatMap(commandsIn);
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((command) => !exists(command))).toEqual([]);
});

it('every command about something known that the documentation shows exists', () => {
  const files = globSync(['*.md', 'docs/**/*.md', '{services,cli,lib}/**/*.md'], { cwd: root });
  const found = files.flatMap(commandsIn).filter((command) => /: [a-z-]+ [a-z-]+$/.test(command));
  const ofKnownNouns = found.filter((command) => (/: (\S+)/.exec(command)?.[1] as string) in nouns);
  expect(ofKnownNouns.length).toBeGreaterThan(0);
  expect(ofKnownNouns.filter((command) => !exists(command))).toEqual([]);
});
