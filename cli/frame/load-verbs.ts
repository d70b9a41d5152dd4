import { GLOBAL_FLAGS_WITH_VALUE } from './global-options.ts';
import type { Verb } from './verb.ts';

/** By path, as it is typed, in the order of the help. */
export type VerbList = Readonly<Record<string, () => Promise<Verb>>>;

/** The verb that the command line names; all of them where it names none, or asks for the help of all. */
export async function loadVerbs(argv: readonly string[], list: VerbList): Promise<readonly Verb[]> {
  const named = list[pathIn(argv, list) ?? ''];
  return named ? [await named()] : loadAllVerbs(list);
}

export function loadAllVerbs(list: VerbList): Promise<readonly Verb[]> {
  return Promise.all(Object.values(list).map((load) => load()));
}

function pathIn(argv: readonly string[], list: VerbList): string | undefined {
  const [first = '', second = ''] = wordsIn(argv);
  return [`${first} ${second}`, first].find((path) => Object.hasOwn(list, path));
}

/** Without options. None behind a help flag that comes first: that asks for the help of all. */
function wordsIn(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const argument = argv[i] ?? '';
    if (words.length === 0 && HELP_FLAGS.has(argument)) break;
    if (GLOBAL_FLAGS_WITH_VALUE.has(argument)) i += 1;
    else if (!argument.startsWith('-')) words.push(argument);
  }
  return words;
}

const HELP_FLAGS = new Set(['-h', '--help']);
