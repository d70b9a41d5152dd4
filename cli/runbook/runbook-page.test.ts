import { expect, it } from 'vitest';
import { ActorKind, Mode } from '#gen/belay/v1/common.ts';
import { GetRunbookResponse, RunbookHistoryEntry, RunbookStatus } from '#gen/belay/v1/runbook_service.ts';
import { newestActivations } from './find-activations.ts';
import { registeredParts, runbookResult } from './runbook-page.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 2, 3, hour));
const ref = (version: number) => ({ name: 'restart-pod', version, digest: `sha256:${version}` });
const by = (name: string) => ({ kind: ActorKind.HUMAN, name });
const version = (number: number, status: RunbookStatus, mode: Mode = Mode.UNSPECIFIED) => ({
  ...{ ref: ref(number), status, mode },
  ...{ appliedBy: by('maria'), appliedAt: at(number), reason: `version ${number}` },
});
const activated = (number: number, hour: number, mode: Mode, reason: string) =>
  RunbookHistoryEntry.fromPartial({
    ...{ ref: ref(number), change: 'activated', mode, actor: by('tom'), reason, changedAt: at(hour) },
  });

const active = version(2, RunbookStatus.ACTIVE, Mode.AUTO_EXECUTE);
const registered = GetRunbookResponse.fromPartial({
  runbook: active,
  versions: [version(3, RunbookStatus.DRAFT), active, version(1, RunbookStatus.DEPRECATED)],
});
const activations = newestActivations([
  activated(2, 9, Mode.AUTO_EXECUTE, 'it has proved itself'),
  RunbookHistoryEntry.fromPartial({ ref: ref(1), change: 'deprecated', actor: by('tom'), changedAt: at(8) }),
  activated(2, 7, Mode.OBSERVE, 'to be watched'),
  activated(1, 5, Mode.SUGGEST, 'reviewed'),
]);

it('says of each version who applied it, and who let it act, when, how freely and why', () => {
  const [, part] = registeredParts(registered, activations);
  const hour = (time: Date) => `${time.getUTCHours()} h`;
  expect(part?.table({ wide: false, time: hour }).rows).toEqual([
    ['restart-pod@3', 'draft', '3 h', 'maria: version 3'],
    ['restart-pod@2', 'active as auto_execute', '2 h', 'maria: version 2'],
    ['', 'activated as auto_execute', '9 h', 'tom: it has proved itself'],
    ['restart-pod@1', 'deprecated', '1 h', 'maria: version 1'],
    ['', 'activated as suggest', '5 h', 'tom: reviewed'],
  ]);
});

it('says it to programs as well', () => {
  const runbook = { name: 'restart-pod', steps: [] } as never;
  const items = (shown: GetRunbookResponse) => runbookResult([runbook], shown, activations).body['items'];
  expect(items(registered)).toMatchObject([
    { registered: { version: 2, activated: { by: 'tom', at: at(9), mode: 'auto_execute' } } },
  ]);
  const draft = { ...registered, runbook: registered.versions[0] };
  expect(items(draft)).toMatchObject([{ registered: { version: 3, activated: undefined } }]);
});
