import type { OrderIssued } from '#gen/belay/v1/decision.ts';
import type { SlotOutcome } from '../../services/decision/domain/guardrails/breaker.ts';
import { scopeKeys } from '../../services/decision/domain/guardrails/scope-keys.ts';
import type { SlotWants } from '../../services/decision/domain/guardrails/slot-wants.ts';
import { settlementOf } from '../../services/decision/handlers/settlement-of.ts';
import { slotWantsOf } from '../../services/decision/handlers/slot-wants.ts';
import type { DecisionLog } from './decision-log.ts';

/**
 * One granted action, in the times of its records. Its slot was taken before its order was published, and freed
 * after its settlement was: between the two it was held for certain. All clocks are those of one host.
 */
interface Grant {
  readonly id: string;
  readonly wants: SlotWants;
  readonly keys: ReturnType<typeof scopeKeys>;
  readonly trial: boolean;
  readonly issuedAtMs: number;
  readonly publishedMs: number;
  readonly settledMs: number;
  /** The workload is locked until then. */
  readonly unlockedMs: number;
  readonly outcome: SlotOutcome | undefined;
}

const HOUR_MS = 3_600_000;

/** No cap was exceeded at any time: counted from the orders and settlements of the log alone. */
export function capProblems(log: DecisionLog): string[] {
  const grants = grantsOf(log);
  return [
    ...atOnce(grants),
    ...inAnHour(grants, 'rate', ({ keys, wants }) => [keys.run, wants.limits.maxExecutionsPerHour]),
    ...inAnHour(grants, 'attempts', ({ keys, wants }) => [keys.attempts, wants.limits.maxAttemptsPerTarget]),
    ...cooldowns(grants),
  ];
}

function grantsOf(log: DecisionLog): Grant[] {
  const settled = new Map(
    log
      .all('ActionSettled')
      .toReversed()
      .map((e) => [e.data.actionId, e]),
  );
  const resolved = new Map(
    log
      .all('ActionResolved')
      .toReversed()
      .map((e) => [e.data.actionId, e]),
  );
  const first = new Map<string, { data: OrderIssued; publishedMs: number }>();
  for (const { data, record } of log.all('OrderIssued')) {
    const publishedMs = Math.min(record.timestampMs, first.get(data.actionId)?.publishedMs ?? Infinity);
    first.set(data.actionId, { data, publishedMs });
  }
  const grants = [...first.values()].map(({ data, publishedMs }): Grant => {
    const end = settled.get(data.actionId);
    const outcome = end && settlementOf(end.data).outcome;
    const settledMs = end?.record.timestampMs ?? Infinity;
    const unlockedMs =
      outcome === 'unknown' ? (resolved.get(data.actionId)?.record.timestampMs ?? Infinity) : settledMs;
    const wants = slotWantsOf(data);
    const issuedAtMs = data.issuedAt?.getTime() ?? 0;
    const { decisionId: id, trial } = data;
    return {
      id,
      wants,
      keys: scopeKeys(wants),
      trial,
      issuedAtMs,
      publishedMs,
      settledMs,
      unlockedMs,
      outcome,
    };
  });
  return grants.sort((a, b) => a.publishedMs - b.publishedMs);
}

type Hold = readonly [scope: string, cap: number, untilMs: number];

function holdsOf({ wants, keys, trial, settledMs, unlockedMs }: Grant): Hold[] {
  const { maxConcurrentActions, concurrency, cooldownMs } = wants.limits;
  const { running } = keys;
  return [
    [`lock:${keys.workload}`, 1, unlockedMs],
    [running.run, cooldownMs > 0 ? 1 : Infinity, settledMs],
    [running.runbook, maxConcurrentActions, settledMs],
    [running.global, concurrency.global, settledMs],
    [running.target, concurrency.perTarget, settledMs],
    [running.namespace, concurrency.perNamespace, settledMs],
    [running.service, concurrency.perService, settledMs],
    [`trial:${keys.runbook}`, trial ? 1 : Infinity, trial ? settledMs : 0],
  ];
}

/** Sweeps over the grants by time: what is held of each scope when the next one comes. */
function atOnce(grants: readonly Grant[]): string[] {
  const problems: string[] = [];
  const held = new Map<string, Grant[]>();
  for (const grant of grants) {
    for (const [scope, cap] of holdsOf(grant)) {
      const still = (held.get(scope) ?? []).filter((other) => endOf(other, scope) > grant.publishedMs);
      held.set(scope, [...still, grant]);
      if (still.length + 1 > cap)
        problems.push(`${grant.id}: ${still.length + 1} of ${cap} at once, ${scope}`);
    }
  }
  return problems;
}

const endOf = (grant: Grant, scope: string): number =>
  holdsOf(grant).find(([name]) => name === scope)?.[2] ?? 0;

function inAnHour(
  grants: readonly Grant[],
  what: string,
  capOf: (grant: Grant) => readonly [key: string, cap: number],
): string[] {
  // What had no effect was given back.
  const counted = grants.filter(({ outcome }) => outcome !== 'none');
  return [...Map.groupBy(counted, (grant) => capOf(grant)[0])].flatMap(([key, group]) => {
    const times = group.map(({ issuedAtMs }) => issuedAtMs).sort((a, b) => a - b);
    const cap = capOf(group[0] as Grant)[1];
    const worst = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + HOUR_MS).length),
    );
    return worst > cap ? [`${what}: ${worst} of ${cap} in an hour, ${key}`] : [];
  });
}

function cooldowns(grants: readonly Grant[]): string[] {
  const resting = grants.filter(({ wants }) => wants.limits.cooldownMs > 0);
  return [...Map.groupBy(resting, ({ keys }) => keys.run)].flatMap(([key, group]) =>
    group.slice(1).flatMap((grant, i) => {
      const before = group[i] as Grant;
      if (before.outcome === 'none') return [];
      const restedMs = grant.issuedAtMs - before.settledMs;
      return restedMs >= grant.wants.limits.cooldownMs
        ? []
        : [`cooldown: ${restedMs} ms after the last, ${key}`];
    }),
  );
}
