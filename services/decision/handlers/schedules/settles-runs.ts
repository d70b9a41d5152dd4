import type { Handler } from '#lib/bus/pipeline.ts';
import type { Schedules } from '../../ports.ts';

/** The end of an action is that of its run, where nothing is decided anew because of it. */
export function settlesRuns(
  handler: Handler<'ActionSettled'>,
  schedules: Pick<Schedules, 'settled'>,
): Handler<'ActionSettled'> {
  return async (event, context) => {
    const events = await handler(event, context);
    if (!events.some(({ type }) => type === 'DecisionMade')) await schedules.settled(event.data.incidentId);
    return events;
  };
}
