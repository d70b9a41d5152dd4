import type { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { defineVerb } from '../../frame/verb.ts';

interface GuardrailFilter {
  readonly runbook: string;
  readonly service: string;
}

export const guardrailList = defineVerb<GuardrailFilter>({
  path: 'guardrail list',
  summary: 'What was used up, beside the limits, for each runbook and service',
  group: 'Controls',
  example: 'guardrail list --service checkout',
  configure: (command: Command) => {
    command
      .option('--runbook <name>', 'of one runbook')
      .option('--service <name>', 'for one service, in whatever namespace');
  },
  parse: ({ options }) => ({
    runbook: (options['runbook'] as string | undefined) ?? '',
    service: (options['service'] as string | undefined) ?? '',
  }),
  run: async (filter, session) => {
    const [{ DecisionServiceClient }, { guardrailReport }] = await Promise.all([
      import('#gen/belay/v1/decision_service.ts'),
      import('../../controls/guardrail-report.ts'),
    ]);
    const found = await call(session, DecisionServiceClient, (client) => client.listGuardrails(filter));
    await session.out.print(guardrailReport(found));
    if (found.counters.length === 0) session.say(nothingCounted(filter));
    if (found.hasMore) session.say('There are more: --runbook and --service find them.');
    return exitCodes.done;
  },
});

/** Services are known by what was done for them: one that is spelt otherwise has nothing. */
export const nothingCounted = ({ service }: Pick<GuardrailFilter, 'service'>): string =>
  service === ''
    ? 'Nothing was counted within a week.'
    : `Nothing was counted within a week for a service ${JSON.stringify(service)}. All that were: belay guardrail list`;
