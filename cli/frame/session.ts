import type { Clock } from '#lib/clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { CommandNode } from './command-tree.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Hint } from './hints.ts';
import type { Output } from './output.ts';

/** What a command works with. */
export interface Session {
  readonly globals: GlobalOptions;
  readonly out: Output;
  /** Data as it is, without a form of its own: to stdout. */
  readonly write: (text: string) => void;
  /** Prose, for people alone: to stderr. */
  readonly say: (line: string) => void;
  /** `npx --no belay` or `belay`. */
  readonly invokedAs: string;
  /** Makes commands in a text ones that can be copied. */
  readonly hint: Hint;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts when nobody reads the output any more: `| head -1` has what it wanted. */
  readonly unread: AbortSignal;
  /** The Belay that is meant. Throws when there is none. */
  readonly connection: () => Promise<Connection>;
  /** Every command there is, for completion. */
  readonly commands: () => Promise<CommandNode>;
}
