import type { Command } from 'commander';
import type { ReportIncidentRequest } from '#gen/belay/v1/detector_service.ts';
import { exitCodes } from '../../frame/exit-codes.ts';
import { pairsOption } from '../../frame/pairs-option.ts';
import { resourceOption } from '../../frame/resource-option.ts';
import { usageError } from '../../frame/usage-error.ts';
import { defineVerb } from '../../frame/verb.ts';
import { announce, call } from '../../connection/call.ts';
import { waitForOutcome } from './wait-for-outcome.ts';

export interface ReportOptions {
  readonly request: ReportIncidentRequest;
  readonly wait: boolean;
}

const HELP = 'incident report';

export const incidentReport = defineVerb<ReportOptions>({
  path: HELP,
  summary: 'Report a problem, as a detector would',
  group: 'Incidents',
  example:
    'incident report --service api-server --symptom CrashLoopBackOff --cause pod_crash_loop --confidence 0.95 --resource pod/api-server-abc123 -n production',
  configure: (command: Command) => {
    command
      .requiredOption('--service <name>', 'the service that suffers')
      .option('--symptom <name>', 'what is seen: CrashLoopBackOff')
      .option('--cause <name>', 'what is probably behind it: pod_crash_loop')
      .option('--confidence <0..1>', 'how certain the cause is')
      .option('--resource <kind/name>', 'what it happens to: pod/api-server-abc123')
      .option('-n, --namespace <name>', 'where that is')
      .option(
        '--target <name>',
        'the cluster, account or host group; the default target of the adapter otherwise',
      )
      .option('--label <key=value...>', 'labels of the resource')
      .option('--id <id>', 'the number people know it by: INC001')
      .option('--summary <text>', 'one line for people')
      .option(
        '--wait',
        'until it is settled; exit 3 unless it was fixed and verified. Open already: shows what came of it then',
      );
  },
  parse: ({ options }) => ({ request: requestOf(options), wait: options['wait'] === true }),
  run: async ({ request, wait }, session) => {
    const { DetectorServiceClient } = await import('#gen/belay/v1/detector_service.ts');
    await announce(session);
    const reported = await call(session, DetectorServiceClient, (c) => c.reportIncident(request));
    if (wait) return waitForOutcome(reported, session);
    const { incidentId, alreadyOpen } = reported;
    await session.out.print({
      kind: 'IncidentReceipt',
      body: { incidentId, alreadyOpen },
      names: [incidentId],
      table: () => ({
        rows: [[incidentId, alreadyOpen ? 'open already, nothing new was published' : 'reported']],
      }),
    });
    return exitCodes.done;
  },
});

function requestOf(options: Readonly<Record<string, unknown>>): ReportIncidentRequest {
  const text = (name: string) => (options[name] as string | undefined) ?? '';
  if (text('symptom') === '' && text('cause') === '') {
    throw usageError('a symptom or a cause is needed', {
      next: 'Give --symptom, --cause or both.',
      help: HELP,
    });
  }
  return {
    service: text('service'),
    symptom: text('symptom'),
    probableCause: text('cause'),
    confidence: confidenceOf(options['confidence'] as string | undefined),
    resource: resourceOption(options, HELP),
    labels: pairsOption('--label', options['label'] as string[] | undefined, HELP),
    context: {},
    affectedServices: [],
    summary: text('summary'),
    fingerprint: '',
    startedAt: undefined,
    externalId: text('id'),
  };
}

function confidenceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const confidence = /^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (confidence >= 0 && confidence <= 1) return confidence;
  throw usageError(`--confidence ${JSON.stringify(text)} is no number from 0 to 1`, {
    next: 'As in 0.95.',
    help: HELP,
  });
}
