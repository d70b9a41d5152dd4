import { z } from 'zod';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { isKeyOf } from '#lib/control/control-key.ts';
import { define, inTopic, stamp } from './event-definition.ts';
import {
  actor,
  id,
  longText,
  name,
  optionalTime,
  resource,
  runbook,
  shortText,
  time,
} from './event-rules.ts';

const rule = <K extends string>($case: K, value: z.ZodRawShape) =>
  z.looseObject({ $case: z.literal($case), value: z.looseObject(value) });

const until = optionalTime;
const settings = z.discriminatedUnion(
  '$case',
  [
    rule('killSwitch', { target: shortText }),
    rule('freeze', { namespace: shortText, service: shortText, target: shortText, until }),
    rule('silence', { service: name, until }),
    rule('runbookDisabled', { runbook: name, actionId: shortText }),
    rule('breakerOpen', { runbook: name, actionId: shortText, resetAt: optionalTime }),
    rule('quarantine', { resource, actionId: shortText }),
    rule('runbookActive', { runbook }),
    rule('heartbeat', { beatAt: time }),
  ],
  { error: 'is unknown to this version' },
);

export const controlEvents = {
  ControlSet: define<ControlSet>({
    topic: inTopic('control'),
    codec: ControlSet,
    key: (e) => e.key,
    subject: (e) => e.key,
    time: (e) => e.setAt,
    about: (e) => [e.key, stamp(e.setAt)],
    rules: z
      .looseObject({
        key: id,
        // Without one, it is that of a newer version, under a key that is none of ours.
        setting: settings.optional(),
        actor,
        reason: longText,
        setAt: time,
      })
      .refine((e) => isKeyOf(e as unknown as ControlSet), {
        path: ['key'],
        error: 'is not that of its setting',
      }),
  }),
};
