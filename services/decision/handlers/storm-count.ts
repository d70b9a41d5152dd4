import { type DecisionMade, StormLevel as LoggedLevel } from '#gen/belay/v1/decision.ts';
import type { StormCount } from '../domain/guardrails/check-storm.ts';
import type { StormLevel } from '../domain/guardrails/storm.ts';
import type { About } from '../domain/guardrails/slot-wants.ts';

const PAGES = 'page_incident_commander';

/** What a decision says of storms: for people once, and for a store that has to be filled again. */
export const told = ({ ofSource, inAll, pages }: StormCount): Pick<DecisionMade, 'storm' | 'escalate'> => ({
  storm: { ofSource: TO_LOG[ofSource], inAll: TO_LOG[inAll] },
  escalate: pages ? PAGES : '',
});

export function stormCountOf({ storm, escalate }: DecisionMade): StormCount | undefined {
  if (!storm) return undefined;
  return { ofSource: fromLog(storm.ofSource), inAll: fromLog(storm.inAll), pages: escalate === PAGES };
}

export const aboutOf = ({
  source,
  resource,
  service,
}: Pick<DecisionMade, 'source' | 'resource' | 'service'>): About => ({
  source,
  target: resource?.target ?? '',
  namespace: resource?.namespace ?? '',
  service,
});

const TO_LOG: Readonly<Record<StormLevel, LoggedLevel>> = {
  calm: LoggedLevel.CALM,
  high: LoggedLevel.HIGH,
  begins: LoggedLevel.BEGINS,
};

const FROM_LOG = new Map(Object.entries(TO_LOG).map(([level, logged]) => [logged, level as StormLevel]));

const fromLog = (level: LoggedLevel): StormLevel => FROM_LOG.get(level) ?? 'calm';
