import type { SlotLimits } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { scopeKeys } from '../../services/decision/domain/guardrails/scope-keys.ts';
import { slotWants } from '../support/slot-wants.ts';
import { pickOf, wholeOf } from './decision-part.ts';
import type { Ask, RaceAnswer } from './decision-racer.ts';

export interface Race {
  readonly name: string;
  /** Its breaker is half open: a failure has opened it before. */
  readonly halfOpen: boolean;
  readonly asks: readonly Ask[];
}

type Random = () => number;

const wide = { global: 500, perTarget: 500, perNamespace: 500, perService: 500 };
const few = (random: Random) => wholeOf(1, 20, random);

const STORM = 'storm';

/** The limits of a race in which one guardrail alone is in the way. */
const NARROW: Readonly<Record<string, (random: Random) => Partial<SlotLimits>>> = {
  'workload lock': () => ({}),
  rate: (random) => ({ maxExecutionsPerHour: few(random) }),
  cooldown: () => ({ cooldownMs: 60_000 }),
  attempts: (random) => ({ maxAttemptsPerTarget: few(random) }),
  'concurrency of the runbook': (random) => ({ maxConcurrentActions: few(random) }),
  'concurrency of all': (random) => ({ concurrency: { ...wide, global: few(random) } }),
  'concurrency of the target': (random) => ({ concurrency: { ...wide, perTarget: few(random) } }),
  'concurrency of the namespace': (random) => ({ concurrency: { ...wide, perNamespace: few(random) } }),
  'concurrency of the service': (random) => ({ concurrency: { ...wide, perService: few(random) } }),
  [STORM]: (random) => ({ storm: { services: few(random), percent: 0 } }),
  'half-open trial': () => ({ circuitBreaker: { failures: 1, recoveryMs: 60_000 } }),
};

const MIXED = 'all of them at once';
export const RACES: readonly string[] = [...Object.keys(NARROW), MIXED];

export function raceOf(name: string, round: number, racers: number, random: Random): Race {
  const limits = NARROW[name]?.(random) ?? mixedLimits(random);
  const halfOpen = name === 'half-open trial';
  const asks = Array.from({ length: racers }, (_, i) => {
    const decisionId = `dec-${round}-${i}`;
    const workload = name === 'workload lock' ? 'w' : decisionId;
    const service = name === STORM ? { service: decisionId } : {};
    const place = name === MIXED ? mixedPlace(random) : { workload, ...service };
    return { decisionId, wants: slotWants({ ...place, runbook: `runs-${round}`, limits }) };
  });
  return { name, halfOpen, asks };
}

const mixedLimits = (random: Random): Partial<SlotLimits> => ({
  maxExecutionsPerHour: few(random),
  cooldownMs: pickOf([0, 0, 60_000], random),
  maxAttemptsPerTarget: few(random),
  maxConcurrentActions: wholeOf(10, 40, random),
  concurrency: {
    global: wholeOf(10, 40, random),
    perTarget: wholeOf(5, 30, random),
    perNamespace: few(random),
    perService: few(random),
  },
});

function mixedPlace(random: Random) {
  const target = pickOf(['t1', 't2'], random);
  const namespace = pickOf(['n1', 'n2', 'n3'], random);
  const service = pickOf(['s1', 's2', 's3', 's4'], random);
  const resource = `pod/${namespace}/${wholeOf(1, 40, random)}`;
  return { target, namespace, service, resource, workload: `w${wholeOf(1, 60, random)}` };
}

/** Nobody beyond a cap; and whoever was refused was refused by one that is full. */
export function judgeRace({ name, halfOpen, asks }: Race, answers: readonly RaceAnswer[]): string[] {
  const byId = new Map(answers.map((answer) => [answer.decisionId, answer]));
  const held = new Map<string, number>();
  const isHeld = ({ decisionId }: Ask) => byId.get(decisionId)?.status === 'held';
  for (const ask of asks.filter(isHeld)) {
    for (const [scope] of capsOf(ask, halfOpen)) held.set(scope, (held.get(scope) ?? 0) + 1);
  }
  const problems = new Set<string>();
  for (const ask of asks) {
    const caps = capsOf(ask, halfOpen).map(([scope, cap]) => ({ scope, cap, count: held.get(scope) ?? 0 }));
    for (const { scope, cap, count } of caps) {
      if (count > cap) problems.add(`${name}: ${count} of ${cap} granted for ${scope}`);
    }
    const isRefused = byId.get(ask.decisionId)?.status === 'refused';
    if (isRefused && caps.every(({ count, cap }) => count < cap))
      problems.add(`${name}: refused with room left`);
    if (!isRefused && !isHeld(ask)) problems.add(`${name}: an answer is ${byId.get(ask.decisionId)?.status}`);
  }
  const trials = answers.filter(({ trial }) => trial).length;
  if (trials !== (halfOpen ? 1 : 0)) problems.add(`${name}: ${trials} trials`);
  return [...problems];
}

/** Everything that one is counted under, with how many may be. */
function capsOf({ wants }: Ask, halfOpen: boolean): (readonly [scope: string, cap: number])[] {
  const { limits } = wants;
  const { runbook, run, attempts, workload, running } = scopeKeys(wants);
  const { global, perTarget, perNamespace, perService } = limits.concurrency;
  return [
    [`rate ${run}`, limits.maxExecutionsPerHour],
    [`attempts ${attempts}`, limits.maxAttemptsPerTarget],
    [`lock ${workload}`, 1],
    [`runbook ${runbook}`, halfOpen ? 1 : limits.maxConcurrentActions],
    [running.run, limits.cooldownMs > 0 ? 1 : Infinity],
    [running.global, global],
    [running.target, perTarget],
    [running.namespace, perNamespace],
    [running.service, perService],
    ['services of a storm', limits.storm.services],
  ];
}
