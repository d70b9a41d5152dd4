import { Option } from 'commander';
import { announce, call } from '../../connection/call.ts';
import { REASON } from '../../controls/reason-option.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

const OUTCOMES = ['done', 'not-done'] as const;
type Outcome = (typeof OUTCOMES)[number];

interface SettleOptions {
  readonly id: string;
  readonly outcome: Outcome;
  readonly reason: string;
}

export const actionSettle = defineVerb<SettleOptions>({
  path: 'action settle',
  summary: 'Say how an action ended that nobody can tell the outcome of, and free what it holds',
  group: 'Incidents',
  example: 'action settle act-7f3a --outcome not-done --reason "the pod is the old one"',
  configure: (command) => {
    command
      .argument('<id>', 'of an action with an unknown outcome, or a beginning that no other one of those has')
      .addOption(
        new Option('--outcome <outcome>', 'whether the target was changed')
          .choices(OUTCOMES)
          .makeOptionMandatory(),
      )
      .requiredOption(...REASON);
  },
  parse: ({ args, options }) => ({
    id: args[0] ?? '',
    outcome: options['outcome'] as Outcome,
    reason: options['reason'] as string,
  }),
  run: async ({ id, outcome, reason }, session) => {
    const [{ VerificationServiceClient }, { ResolvedAs }] = await Promise.all([
      import('#gen/belay/v1/verification_service.ts'),
      import('#gen/belay/v1/verification.ts'),
    ]);
    const resolvedAs = outcome === 'done' ? ResolvedAs.DONE : ResolvedAs.NOT_DONE;
    await announce(session);
    const { actionId, decisionId, incidentId, target, resolvedAt } = await call(
      session,
      VerificationServiceClient,
      (client) => client.settleAction({ id, outcome: resolvedAs, reason }),
    );
    await session.out.print({
      kind: 'ActionSettlement',
      body: { actionId, decisionId, incidentId, target, outcome, resolvedAt },
      names: [actionId],
      table: () => ({ rows: [[actionId, target, `settled as ${outcome.replace('-', ' ')}`, reason]] }),
    });
    session.say('Within a moment its workload is free again, and its quarantine ends.');
    return exitCodes.done;
  },
});
