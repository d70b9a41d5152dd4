import { REASON } from '../../controls/reason-option.ts';
import { setControl } from '../../controls/set-control.ts';
import { addUntilOptions, type End, endOf, parseEnd } from '../../controls/until-option.ts';
import { defineVerb } from '../../frame/verb.ts';

interface CreateOptions {
  readonly service: string;
  readonly end: End;
  readonly reason: string;
}

const HELP = 'silence create';

export const silenceCreate = defineVerb<CreateOptions>({
  path: HELP,
  summary: 'Have the incidents of a service decided only, with nobody paged',
  group: 'Controls',
  example: 'silence create --service worker --for 30m --reason "load test"',
  configure: (command) => {
    command.requiredOption('--service <name>', 'whose incidents');
    addUntilOptions(command).requiredOption(...REASON);
  },
  parse: ({ options }) => ({
    service: options['service'] as string,
    end: parseEnd(options, HELP),
    reason: options['reason'] as string,
  }),
  run: ({ service, end, reason }, session) => {
    const until = endOf(end, session.clock.now());
    return setControl(session, { kind: 'Silence', state: 'silenced' }, (client) =>
      client.createSilence({ service, until, reason }),
    );
  },
});
