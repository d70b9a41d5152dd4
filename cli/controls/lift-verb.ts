import type { Session } from '../frame/session.ts';
import { defineVerb } from '../frame/verb.ts';
import { REASON } from './reason-option.ts';
import { setControl } from './set-control.ts';

interface LiftOptions {
  readonly id: string;
  readonly reason: string;
}

interface Lifted {
  readonly noun: string;
  readonly kind: string;
  readonly summary: string;
  readonly example: string;
  /** What stays as it was, for whoever lifts it by its id. */
  readonly besides?: (id: string, session: Session) => string;
  readonly lift: (request: LiftOptions) => Parameters<typeof setControl>[2];
}

/** Ends something before its time. */
export function liftVerb({ noun, kind, summary, example, besides, lift }: Lifted) {
  return defineVerb<LiftOptions>({
    path: `${noun} lift`,
    summary,
    group: 'Controls',
    example: `${noun} lift ${example}`,
    configure: (command) => {
      command
        .argument('<id>', 'its id, or a beginning of it that no other one has')
        .requiredOption(...REASON);
    },
    parse: ({ args, options }) => ({ id: args[0] ?? '', reason: options['reason'] as string }),
    run: (request, session) => setControl(session, { kind, state: 'lifted', besides }, lift(request)),
  });
}
