import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { RunRunbookRequest } from '#gen/belay/v1/runbook_service.ts';
import { announce } from '../../connection/call.ts';
import { pairsOption } from '../../frame/pairs-option.ts';
import { resourceOption } from '../../frame/resource-option.ts';
import { defineVerb } from '../../frame/verb.ts';

interface RunOptions {
  readonly reference: string;
  readonly request: Omit<RunRunbookRequest, 'name' | 'version'>;
  readonly wait: boolean;
}

const HELP = 'runbook run';

export const runbookRun = defineVerb<RunOptions>({
  path: HELP,
  summary: 'Run one by hand, under the guardrails of every other run',
  group: 'Runbooks',
  example:
    'runbook run restart-pod --resource pod/api-server-abc123 -n production --service api-server --reason "it hangs" --wait',
  configure: (command: Command) => {
    command
      .argument('<runbook>', 'NAME for the active version; NAME@VERSION of another one with --dry-run')
      .option('-p, --parameter <key=value...>', 'a parameter of the runbook')
      .option('--resource <kind/name>', 'what it acts on: pod/api-server-abc123')
      .option('-n, --namespace <name>', 'where that is')
      .option('--target <name>', 'the cluster, account or host group, where there are several')
      .requiredOption('--service <name>', 'the service that is acted on: freezes and limits go by it')
      .requiredOption('--reason <text>', 'why; everybody who asks is shown it')
      .option('--dry-run', 'check everything and show the plan; nothing is done')
      .option(
        '--wait',
        'until it is settled; exit 3 unless it was done and verified, or planned by a dry run',
      )
      .option('--request-id <id>', 'one that a script repeats: the same id is the same run');
  },
  parse: ({ args, options }) => ({
    reference: args[0] ?? '',
    request: requestOf(options),
    wait: options['wait'] === true,
  }),
  run: async ({ reference, request, wait }, session) => {
    const [{ callRegistry, versionNameOf }, { optionToGive, printRun, runExitCode }, { waitForRun }] =
      await Promise.all([
        import('../../runbook/registry.ts'),
        import('../../runs/print-run.ts'),
        import('../../runs/wait-for-run.ts'),
      ]);
    await announce(session);
    const whole = { ...request, ...versionNameOf(reference) };
    const run = await callRegistry(session, (client) => client.runRunbook(whole));
    const exitCode = wait ? await waitForRun(run, session) : runExitCode(run);
    if (!wait) await printRun(run, session);
    const hint = optionToGive(run, request.resource);
    if (hint !== undefined) session.say(hint);
    return exitCode;
  },
});

function requestOf(options: Readonly<Record<string, unknown>>): RunOptions['request'] {
  return {
    resource: resourceOption(options, HELP),
    service: options['service'] as string,
    parameters: pairsOption('-p', options['parameter'] as string[] | undefined, HELP),
    reason: options['reason'] as string,
    dryRun: options['dryRun'] === true,
    requestId: (options['requestId'] as string | undefined) ?? randomUUID(),
  };
}
