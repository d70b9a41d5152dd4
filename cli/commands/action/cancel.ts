import { REASON } from '../../controls/reason-option.ts';
import { announce, call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

interface CancelOptions {
  readonly id: string;
  readonly reason: string;
}

export const actionCancel = defineVerb<CancelOptions>({
  path: 'action cancel',
  summary: 'Keep an ordered action from beginning; what has begun goes on',
  group: 'Incidents',
  example: 'action cancel act-7f3a --reason "the node is drained by hand"',
  configure: (command) => {
    command
      .argument('<id>', 'of an action that is under way or of its decision, or a unique beginning of it')
      .requiredOption(...REASON);
  },
  parse: ({ args, options }) => ({ id: args[0] ?? '', reason: options['reason'] as string }),
  run: async (request, session) => {
    const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
    await announce(session);
    const { actionId, decisionId, incidentId, target, issuedAt } = await call(
      session,
      DecisionServiceClient,
      (client) => client.cancelAction(request),
    );
    await session.out.print({
      kind: 'ActionCancellation',
      body: { actionId, decisionId, incidentId, target, issuedAt },
      names: [actionId],
      table: () => ({ rows: [[actionId, target, 'told not to begin', request.reason]] }),
    });
    session.say(`What became of it: belay incident show ${incidentId}`);
    return exitCodes.done;
  },
});
