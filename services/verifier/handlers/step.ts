import { judge, type Moment } from '../domain/judge.ts';
import { type Fact, note } from '../domain/note.ts';
import type { Watch } from '../domain/watch.ts';
import type { Step } from '../ports.ts';
import { sampleEvents, settlementEvents } from './to-events.ts';

/** A fact comes in, and what follows from it goes out. */
export function takeIn(watch: Watch, fact: Fact, now: Date): Step {
  const noted = note(watch, fact);
  // `now` is when it was handled: what comes late must not be judged by a clock that has moved on.
  const step = look(noted, { now, readToEnd: false });
  const isNewSample = fact.type === 'sampled' && noted !== watch && !watch.settled;
  return isNewSample ? { ...step, events: [...sampleEvents(noted, fact.sample), ...step.events] } : step;
}

export function look(watch: Watch, moment: Moment): Step {
  const next = judge(watch, moment);
  if (next.type === 'wait') return { watch, events: [], lookAgainAt: next.until };
  const { ruling } = next;
  return {
    watch: { ...watch, settled: ruling.settled },
    events: settlementEvents(watch, ruling),
    lookAgainAt: undefined,
  };
}
