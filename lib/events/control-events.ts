import { z } from 'zod';
import { ControlSet } from '#gen/belay/v1/control.ts';
import { isKeyOf } from '#lib/control/control-key.ts';
import { define, inTopic, stamp } from './event-definition.ts';
import { actor, id, longText, time } from './event-rules.ts';

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
        setting: z.looseObject({ $case: z.string() }, { error: 'is missing or unknown to this version' }),
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
