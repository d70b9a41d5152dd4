import type { CommandNode, OptionNode } from '../frame/command-tree.ts';
import { type CompletedCommand, commandsBelow, HELP, PROGRAM } from './commands-below.ts';

/**
 * Walks the words up to the cursor to find the command, then offers what fits there. Where nothing is known
 * (a path, an id) the shell falls back to file names.
 */
export function bashCompletion(tree: CommandNode): string {
  const commands = commandsBelow(tree);
  return `# bash completion for ${PROGRAM}: source this, or put it among your bash completions
_${PROGRAM}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" skip="" word words i
  # Bash splits words at "=".
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip && $word != "=" ]]; then
      skip=""
      continue
    fi
    case "$path $word" in
${lines(commands.map(takingValues))}
${lines(commands.slice(1).map(({ path }) => `      ${quote(` ${path.join(' ')}`)}) path="$path $word" ;;`))}
    esac
  done
  case "$path $prev" in
${lines(commands.flatMap(({ path, node }) => node.options.map((option) => valueCase(path, option))))}
  esac
  case "$path" in
${lines(commands.map(wordsCase))}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${PROGRAM} ${PROGRAM}
`;
}

function takingValues({ path, node }: CompletedCommand): string {
  const patterns = flagPatterns(
    path,
    node.options.filter(({ takesValue }) => takesValue),
  );
  return patterns === '' ? '' : `      ${patterns}) skip=1 ;;`;
}

function valueCase(path: readonly string[], option: OptionNode): string {
  if (!option.takesValue) return '';
  const reply =
    option.choices.length === 0
      ? 'COMPREPLY=()'
      : `COMPREPLY=($(compgen -W "${option.choices.join(' ')}" -- "$cur"))`;
  return `    ${flagPatterns(path, [option])})\n      ${reply}\n      return\n      ;;`;
}

function wordsCase({ path, node }: CompletedCommand): string {
  const flags = [...node.options, HELP].flatMap((option) => option.flags);
  const words = [...node.children.map(({ name }) => name), ...(node.args[0] ?? []), ...flags];
  return `    ${quote(prefix(path).trimEnd())}) words="${words.join(' ')}" ;;`;
}

/** As the script joins them: each word of the path behind a blank. */
const prefix = (path: readonly string[]): string => path.map((word) => ` ${word}`).join('') + ' ';

function flagPatterns(path: readonly string[], options: readonly OptionNode[]): string {
  return options.flatMap(({ flags }) => flags.map((flag) => quote(prefix(path) + flag))).join(' | ');
}

const quote = (text: string): string => `"${text}"`;

const lines = (all: readonly string[]): string => all.filter((line) => line !== '').join('\n');
