import type { Clock } from '#lib/clock.ts';
import { version } from '#lib/version.ts';
import { commandTree } from './frame/command-tree.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './frame/exit-codes.ts';
import { type GlobalOptions, globalOptionsOf } from './frame/global-options.ts';
import { type Hint, hintsAs, invokedAs } from './frame/hints.ts';
import { loadAllVerbs, loadVerbs, type VerbList } from './frame/load-verbs.ts';
import { createOutput } from './frame/output.ts';
import { printError } from './frame/print-error.ts';
import { createProgram, HelpShown, type Noun } from './frame/program.ts';
import type { Session } from './frame/session.ts';
import type { Verb } from './frame/verb.ts';
import { wantsColor } from './frame/wants-color.ts';

export interface Host {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
}

export interface Commands {
  readonly verbs: VerbList;
  readonly nouns: Readonly<Record<string, Noun>>;
}

/** From the command line to the exit code. */
export async function main(argv: readonly string[], host: Host, commands: Commands): Promise<ExitCode> {
  const hint = hintsAs(invokedAs(host.env), Object.keys(commands.verbs));
  const unread = stopWhenUnread(host);
  let code: ExitCode = exitCodes.done;
  const programOf = (verbs: readonly Verb[]) =>
    createProgram({
      verbs,
      nouns: commands.nouns,
      version,
      invokedAs: invokedAs(host.env),
      write: (text) => host.stdout.write(text),
      onVerb: async (verb, command) => {
        const session = sessionFor(host, globalOptionsOf(command), { unread, hint, tree });
        code = await verb.invoke({ args: command.args, options: command.opts() }, session);
      },
    });
  const tree = async () => commandTree(programOf(await loadAllVerbs(commands.verbs)));
  try {
    await programOf(await loadVerbs(argv, commands.verbs)).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof HelpShown) return exitCodes.done;
    host.stderr.write(printError(error, { hint, debug: host.env['BELAY_DEBUG'] === '1' }));
    return exitCodeOf(error);
  }
}

/** A reader that has had enough is no error: what is still written to it is dropped. */
function stopWhenUnread({ stdout, stderr }: Host): AbortSignal {
  const unread = new AbortController();
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === stdout) unread.abort();
    });
  }
  return unread.signal;
}

interface Around {
  readonly unread: AbortSignal;
  readonly hint: Hint;
  readonly tree: Session['commands'];
}

function sessionFor(host: Host, globals: GlobalOptions, { unread, hint, tree }: Around): Session {
  const { stdout, stderr, env, cwd, clock } = host;
  const write = (text: string) => stdout.write(text);
  return {
    globals,
    out: createOutput({
      ...globals,
      color: wantsColor(globals.color, stdout.isTTY, env),
      clock,
      write,
    }),
    write,
    say: (line) => stderr.write(`${line}\n`),
    invokedAs: invokedAs(env),
    hint,
    env,
    cwd,
    clock,
    unread,
    connection: async () => {
      const { findConnection } = await import('./connection/find-connection.ts');
      return findConnection(globals, { env, cwd });
    },
    commands: tree,
  };
}
