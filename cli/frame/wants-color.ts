import type { GlobalOptions } from './global-options.ts';

/** Colour is for a terminal that has it and a reader who wants it. What was typed wins over the environment. */
export function wantsColor(
  mode: GlobalOptions['color'],
  isTerminal: boolean,
  env: NodeJS.ProcessEnv,
): boolean {
  if (mode !== 'auto') return mode === 'always';
  return isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
