import type { StormStatus } from '#gen/belay/v1/decision_service.ts';
import { toSeconds } from '#lib/seconds.ts';
import { stormOwner, stormWords } from '../controls/storm-words.ts';
import { bad, good, type Outcome } from './check.ts';

/** What looks like a system that does nothing may be one that stopped itself. */
export function stormOutcome(storms: readonly StormStatus[]): Outcome {
  if (storms.length === 0) return good('none stands');
  const each = storms.map((storm) => `${stormOwner(storm)} ${stormWords(storm, toSeconds)}`);
  return bad(
    each.join(', '),
    'look at what reports them: it ends by itself; what is right is run by hand: belay runbook run NAME --resource ...',
  );
}
