import type { CommandNode, OptionNode } from '../frame/command-tree.ts';
import { type CompletedCommand, commandsBelow, HELP, PROGRAM } from './commands-below.ts';

/** One function for each command, in the words of zsh's own `_arguments`. */
export function zshCompletion(tree: CommandNode): string {
  const functions = commandsBelow(tree).map(commandFunction);
  return `#compdef ${PROGRAM}
# zsh completion for ${PROGRAM}: put this as _${PROGRAM} into a folder of your fpath

${functions.join('\n')}
if [[ \${funcstack[1]} == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

function commandFunction({ path, node }: CompletedCommand): string {
  const specs = [...node.options, HELP].flatMap(optionSpecs);
  const body = node.children.length === 0 ? leafBody(specs, node) : parentBody(specs, path, node);
  return `${functionName(path)}() {\n${body}\n}\n`;
}

function leafBody(specs: readonly string[], { args }: CommandNode): string {
  const positions = args.map((choices, i) => {
    return quote(choices.length === 0 ? `${i + 1}: :_files` : `${i + 1}: :(${choices.join(' ')})`);
  });
  return `  _arguments ${[...specs, ...positions].join(' \\\n    ')}`;
}

function parentBody(specs: readonly string[], path: readonly string[], { children }: CommandNode): string {
  const described = children.map(({ name, summary }) => `    ${quote(`${name}:${escaped(summary)}`)}`);
  const branches = children.map(({ name }) => `        ${name}) ${functionName([...path, name])} ;;`);
  return `  local context state state_descr line curcontext="$curcontext"
  typeset -A opt_args
  local -a commands=(
${described.join('\n')}
  )
  _arguments -C ${[...specs, quote('1: :->command'), quote('*:: :->rest')].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${branches.join('\n')}
      esac
      ;;
  esac`;
}

function optionSpecs({ flags, summary, takesValue, choices }: OptionNode): string[] {
  const exclusive = flags.length > 1 ? `(${flags.join(' ')})` : '';
  const value = choices.length > 0 ? `: :(${choices.join(' ')})` : ': :_files';
  return flags.map((flag) => quote(`${exclusive}${flag}[${escaped(summary)}]${takesValue ? value : ''}`));
}

const functionName = (path: readonly string[]): string =>
  ['', PROGRAM, ...path].join('_').replaceAll('-', '_');

const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
