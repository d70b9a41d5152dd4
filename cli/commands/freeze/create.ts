import type { CreateFreezeRequest } from '#gen/belay/v1/decision_service.ts';
import { REASON } from '../../controls/reason-option.ts';
import { setControl } from '../../controls/set-control.ts';
import { addUntilOptions, type End, endOf, parseEnd } from '../../controls/until-option.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb, type Input } from '../../frame/verb.ts';

interface CreateOptions {
  readonly scope: Pick<CreateFreezeRequest, 'all' | 'namespace' | 'service' | 'target'>;
  readonly end: End;
  readonly reason: string;
}

const HELP = 'freeze create';

export const freezeCreate = defineVerb<CreateOptions>({
  path: HELP,
  summary: 'Keep a place still: nothing begins there until it ends',
  group: 'Controls',
  example: 'freeze create --namespace shop --for 2h --reason "release week"',
  configure: (command) => {
    command
      .option('--all', 'everything')
      .option('--namespace <name>', 'one namespace')
      .option('--service <name>', 'one service; with a namespace or target, only there')
      .option('--target <name>', 'one target; with a namespace or service, only these there');
    addUntilOptions(command).requiredOption(...REASON);
  },
  parse: ({ options }) => ({
    scope: scopeOf(options),
    end: parseEnd(options, HELP),
    reason: options['reason'] as string,
  }),
  run: ({ scope, end, reason }, session) => {
    const until = endOf(end, session.clock.now());
    return setControl(session, { kind: 'Freeze', state: 'frozen' }, (client) =>
      client.createFreeze({ ...scope, until, reason }),
    );
  },
});

/** An empty variable in a script must not become everything. */
function scopeOf(options: Input['options']): CreateOptions['scope'] {
  const all = options['all'] === true;
  const names = ['namespace', 'service', 'target'] as const;
  const given = names.filter((name) => options[name] !== undefined);
  const empty = given.find((name) => options[name] === '');
  if (empty) throw usageError(`--${empty} is empty`, { next: 'Name one, or leave it out.', help: HELP });
  if (all === given.length > 0) {
    const message = all ? '--all is everything, and one thing was named' : 'nothing is named to be frozen';
    throw usageError(message, {
      next: 'One or more of --namespace, --service, --target; or --all.',
      help: HELP,
    });
  }
  const text = (name: (typeof names)[number]) => (options[name] as string | undefined) ?? '';
  return { all, namespace: text('namespace'), service: text('service'), target: text('target') };
}
