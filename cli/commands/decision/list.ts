import type { Command } from 'commander';
import type { QueryEventsRequest } from '#gen/belay/v1/audit_service.ts';
import type { Mode } from '#gen/belay/v1/common.ts';
import { readEvents } from '../../audit/read-events.ts';
import { call } from '../../connection/call.ts';
import { MODE_HELP, modeOption } from '../../decision/mode-option.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import type { Session } from '../../frame/session.ts';
import { sinceOption } from '../../frame/since-option.ts';
import { defineVerb } from '../../frame/verb.ts';

interface ListOptions extends Readonly<Record<'outcome' | 'runbook' | 'service', string>> {
  readonly mode: Mode;
  readonly sinceMs: number | undefined;
  readonly watch: boolean;
}

const HELP = 'decision list';
/** Nobody reads more; `audit query` does. */
const MOST = 200;

export const decisionListVerb = defineVerb<ListOptions>({
  path: HELP,
  summary: 'What was decided, the newest first',
  group: 'Decisions',
  example: 'decision list --mode blocked --since 1h',
  configure: (command: Command) => {
    command
      .option('--mode <mode>', MODE_HELP)
      .option('--outcome <code>', 'executing, rate_limited, no_runbook, ...')
      .option('--runbook <name>', 'with one runbook, or one version of it: restart-pod@3')
      .option('--service <name>', 'about one service')
      .option('--since <duration>', 'how far back: 30m, 24h, 7d')
      .option('-w, --watch', 'and then what is decided, as it is recorded');
  },
  parse: ({ options }) => {
    const text = (name: string) => (options[name] as string | undefined) ?? '';
    return {
      outcome: text('outcome'),
      runbook: text('runbook'),
      service: text('service'),
      mode: modeOption(options['mode'] as string | undefined, HELP),
      sinceMs: sinceOption(options['since'] as string | undefined, HELP),
      watch: options['watch'] === true,
    };
  },
  run: async ({ sinceMs, watch, ...wanted }, session) => {
    const now = session.clock.now().getTime();
    const since = sinceMs === undefined ? {} : { since: new Date(now - sinceMs) };
    await list(session, { ...wanted, ...since, types: ['DecisionMade'] }, watch);
    return exitCodes.done;
  },
});

async function list(session: Session, filters: Partial<QueryEventsRequest>, watch: boolean): Promise<void> {
  const [{ AuditServiceClient }, { decisionList, decisionSeen }, { watchDecisions }] = await Promise.all([
    import('#gen/belay/v1/audit_service.ts'),
    import('../../decision/decision-list.ts'),
    import('../../decision/watch-decisions.ts'),
  ]);
  await call(session, AuditServiceClient, async ({ queryEvents: query }) => {
    const { entries, hasMore } = await readEvents(query, filters, MOST);
    const { out, clock, unread } = session;
    if (!watch) {
      await out.print(decisionList(entries));
      if (hasMore) session.say(`There are older ones than these ${MOST}: --since and the filters narrow it.`);
      return;
    }
    for (const entry of entries.toReversed()) await out.printNext(decisionSeen(entry));
    const onDecision = async (entry: (typeof entries)[number]) => out.printNext(decisionSeen(entry));
    await watchDecisions({ query, filters, seen: entries, clock, unread, onDecision });
  });
}
