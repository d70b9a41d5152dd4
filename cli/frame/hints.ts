/** How this command was started: what it says about itself can be copied. */
export function invokedAs(env: NodeJS.ProcessEnv): string {
  return env['npm_command'] === 'exec' ? 'npx --no belay' : 'belay';
}

export type Hint = (text: string) => string;

/**
 * Hints are written with plain `belay`, by services too, which cannot know how their reader starts it. Only
 * what is followed by one of the commands is one: a database can have the same name.
 */
export function hintsAs(command: string, paths: readonly string[]): Hint {
  const words = new Set(paths.flatMap((path) => path.split(' ').slice(0, 1)));
  const commands = new RegExp(`(?<![\\w/.-]|--no )belay (?=(?:${[...words].join('|')})\\b|--)`, 'g');
  return (text) => text.replace(commands, `${command} `);
}
