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
  summary: 'Keep an ordered action from beginning, or from being tried again; what has begun goes on',
  group: 'Incidents',
  example: 'action cancel act-7f3a --reason "the node is drained by hand"',
  configure: (command) => {
    command
      .argument(
        '<id>',
        'of an action or its decision, under way or waiting to be tried again, or a unique beginning',
      )
      .requiredOption(...REASON);
  },
  parse: ({ args, options }) => ({ id: args[0] ?? '', reason: options['reason'] as string }),
  run: async (request, session) => {
    const { DecisionServiceClient } = await import('#gen/belay/v1/decision_service.ts');
    await announce(session);
    const { actionId, decisionId, incidentId, target, issuedAt, retryDropped } = await call(
      session,
      DecisionServiceClient,
      (client) => client.cancelAction(request),
    );
    await session.out.print({
      kind: 'ActionCancellation',
      body: { actionId, decisionId, incidentId, target, issuedAt, retryDropped },
      names: [actionId || decisionId],
      table: () => ({
        rows: [[actionId || decisionId, target, retryDropped ? RETRY_DROPPED : CALLED_BACK, request.reason]],
      }),
    });
    session.say(`What became of it: belay incident show ${incidentId}`);
    return exitCodes.done;
  },
});

const CALLED_BACK = 'told not to begin';
const RETRY_DROPPED = 'not tried again';
