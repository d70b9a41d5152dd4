import { describe, expect, it } from 'vitest';
import { type GlobalOptions, globalOptionsOf } from './global-options.ts';
import { createProgram, HelpShown } from './program.ts';
import { defineVerb, type Input } from './verb.ts';

interface Invocation extends Input {
  readonly path: string;
  readonly globals: GlobalOptions;
}

const verb = (path: string, outputs: readonly string[] = []) =>
  defineVerb<Input>({
    path,
    outputs,
    summary: `Do ${path}`,
    group: 'Things',
    example: `${path} x`,
    configure: (command) => void command.argument('[id]', 'which').option('--reason <text>', 'why'),
    parse: (input) => input,
    run: async () => 0,
  });

async function invoke(...argv: string[]): Promise<{ invocation: Invocation | undefined; printed: string }> {
  let printed = '';
  let invocation: Invocation | undefined;
  const program = createProgram({
    verbs: [verb('doctor'), verb('freeze create'), verb('freeze list', ['github'])],
    nouns: { freeze: { summary: 'Keep hands off', group: 'Controls' } },
    version: '1.2.3',
    invokedAs: 'belay',
    write: (text) => (printed += text),
    onVerb: async ({ path }, command) => {
      invocation = { path, args: command.args, options: command.opts(), globals: globalOptionsOf(command) };
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof HelpShown)) throw error;
  }
  return { invocation, printed };
}

const refused = async (...argv: string[]) => {
  const error: unknown = await invoke(...argv).catch((thrown: unknown) => thrown);
  const { kind, code, message, next } = error as Record<string, unknown>;
  return { kind, code, message, next };
};

describe('the command line', () => {
  it('takes global options before and after the command, and believes the nearer', async () => {
    const { invocation } = await invoke(
      '-o',
      'json',
      '--utc',
      'freeze',
      '--timeout',
      '2s',
      'create',
      '-o',
      'yaml',
    );
    expect(invocation?.globals).toEqual({ output: 'yaml', timeoutMs: 2_000, utc: true, color: 'auto' });
  });

  it('has defaults for the rest', async () => {
    const { invocation } = await invoke('doctor');
    expect(invocation?.globals).toEqual({ output: 'table', timeoutMs: 30_000, utc: false, color: 'auto' });
  });

  it('takes a form of output that only this command has', async () => {
    const { invocation } = await invoke('freeze', 'list', '-o', 'github');
    expect(invocation).toMatchObject({ globals: { output: 'table' }, options: { output: 'github' } });
    expect(await refused('freeze', 'create', '-o', 'github')).toMatchObject({ code: 'USAGE' });
  });

  it('leaves the value of an option alone, whatever it looks like', async () => {
    const { invocation } = await invoke('freeze', 'create', '--reason', '-o json', 'id-1');
    expect(invocation).toMatchObject({
      path: 'freeze create',
      args: ['id-1'],
      options: { reason: '-o json' },
    });
  });

  it.each([[], ['--help'], ['help'], ['-h']])(
    'prints the help of all when called as %j',
    async (...argv: string[]) => {
      const { printed, invocation } = await invoke(...argv);
      expect(printed).toMatch(/Things:\n {2}doctor .*Do doctor/);
      expect(printed).toMatch(/Controls:\n {2}freeze .*Keep hands off/);
      expect(invocation).toBeUndefined();
    },
  );

  it('prints the verbs of a noun that stands alone', async () => {
    expect((await invoke('freeze')).printed).toMatch(/create .*Do freeze create[\s\S]*list .*Do freeze list/);
  });

  it('ends the help of a verb with an example', async () => {
    const { printed } = await invoke('help', 'doctor');
    expect(printed).toMatch(/Usage: belay doctor \[options\] \[id\][\s\S]*Example:\n {2}belay doctor x\n$/);
  });

  it('prints its version', async () => {
    expect((await invoke('--version')).printed).toBe('1.2.3\n');
  });

  it.each([
    [['docotr'], "unknown command 'docotr'", 'did you mean doctor? See belay --help'],
    [['zzzz'], "unknown command 'zzzz'", 'belay --help'],
    [['freeze', 'crate'], "unknown command 'crate'", 'did you mean create? See belay freeze --help'],
    [['doctor', '--otput'], "unknown option '--otput'", 'did you mean --output? See belay doctor --help'],
    [
      ['doctor', 'a', 'b'],
      "too many arguments for 'doctor'. Expected 1 argument but got 2: a, b.",
      'belay doctor --help',
    ],
    [['doctor', '--reason'], "option '--reason <text>' argument missing", 'belay doctor --help'],
    [
      ['-o', 'jsn', 'doctor'],
      "option '-o, --output <format>' argument 'jsn' is invalid. Allowed choices are table, wide, json, yaml, name.",
      'did you mean json? See belay --help',
    ],
    [
      ['doctor', '--timeout', '25d'],
      "option '--timeout <duration>' argument '25d' is invalid. Expected a duration such as 30s, 500ms or 2m, up to 24d.",
      'belay doctor --help',
    ],
  ])('refuses %j and says what could be meant', async (argv, message, next) => {
    expect(await refused(...argv)).toEqual({ kind: 'invalid', code: 'USAGE', message, next });
  });

  it('has no verb whose noun is not in the list', () => {
    const verbs = [verb('ghost walk')];
    const options = {
      verbs,
      nouns: {},
      version: '1',
      invokedAs: 'belay',
      write: () => {},
      onVerb: async () => {},
    };
    expect(() => createProgram(options)).toThrow('ghost walk');
  });
});
