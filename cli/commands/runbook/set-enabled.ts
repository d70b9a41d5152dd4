import type { Command } from 'commander';
import { REASON } from '../../controls/reason-option.ts';
import { setControl } from '../../controls/set-control.ts';
import { defineVerb, type Input } from '../../frame/verb.ts';

interface NamedRunbook {
  readonly runbook: string;
  readonly reason: string;
}

const configure = (command: Command) => {
  command.argument('<name>', 'its name').requiredOption(...REASON);
};
const parse = ({ args, options }: Input): NamedRunbook => ({
  runbook: args[0] ?? '',
  reason: options['reason'] as string,
});

export const runbookDisable = defineVerb<NamedRunbook>({
  path: 'runbook disable',
  summary: 'Stop one runbook: it is not run until it is enabled',
  group: 'Runbooks',
  example: 'runbook disable scale-up --reason "its query is wrong"',
  configure,
  parse,
  run: (request, session) =>
    setControl(session, { kind: 'RunbookControl', state: 'disabled' }, (client) =>
      client.disableRunbook(request),
    ),
});

export const runbookEnable = defineVerb<NamedRunbook>({
  path: 'runbook enable',
  summary: 'Let a runbook that was disabled run again',
  group: 'Runbooks',
  example: 'runbook enable scale-up --reason "query is mended"',
  configure,
  parse,
  run: (request, session) =>
    setControl(session, { kind: 'RunbookControl', state: 'enabled' }, (client) =>
      client.enableRunbook(request),
    ),
});
