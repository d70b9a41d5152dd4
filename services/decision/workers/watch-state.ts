import type { Clock } from '#lib/clock.ts';
import type { ControlState } from '#lib/control/control-state.ts';
import { inForce } from '#lib/control/in-force.ts';
import { KillSwitchState } from '#gen/belay/v1/control.ts';
import { breakerPhase } from '../domain/guardrails/breaker.ts';
import type { ActiveRunbook } from '../domain/registry/active-runbook.ts';
import type { DecisionMetrics, Reading } from '../metrics.ts';
import type { Cases, Guardrails } from '../ports.ts';

export interface WatchStateOptions {
  readonly metrics: Pick<DecisionMetrics, 'watch'>;
  readonly guardrails: Pick<Guardrails, 'isReady' | 'breakers' | 'storms'>;
  readonly cases: Pick<Cases, 'approvals'>;
  readonly controls: () => ControlState;
  readonly runbooks: () => readonly ActiveRunbook[];
  readonly clock: Clock;
}

/** How things are, read at each scrape. What cannot be read is absent, and the store says so of itself. */
export function watchState(options: WatchStateOptions): () => void {
  const { metrics, cases, controls, runbooks, clock, guardrails } = options;
  const freezes = () => inForce(controls(), 'freeze', clock.now());
  const engaged = () =>
    inForce(controls(), 'killSwitch', clock.now()).filter(
      ({ value }) => value.state !== KillSwitchState.RELEASED,
    );
  const stops = [
    metrics.watch('nextDeadline', async () => nextDeadline(await cases.approvals(false))),
    metrics.watch('circuitState', () => circuits(options)),
    metrics.watch('runbookInfo', async () => runbooks().map(infoOf)),
    metrics.watch('killSwitchEngaged', async () => [{ value: engaged().length, labels: {} }]),
    metrics.watch('freezesActive', async () => [{ value: freezes().length, labels: {} }]),
    metrics.watch('stormActive', () => storms(options)),
    metrics.watch('storeReady', async () => [{ value: (await isReady(guardrails)) ? 1 : 0, labels: {} }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

const isReady = (guardrails: Pick<Guardrails, 'isReady'>): Promise<boolean> =>
  guardrails.isReady().catch(() => false);

type Waiting = Awaited<ReturnType<Cases['approvals']>>;

function nextDeadline(waiting: Waiting): Reading<'nextDeadline'>[] {
  const deadlines = waiting.flatMap(({ request }) => (request ? [request.deadline.getTime()] : []));
  return deadlines.length === 0 ? [] : [{ value: Math.min(...deadlines) / 1_000, labels: {} }];
}

const STATES = ['closed', 'open', 'half_open'] as const;

async function circuits({
  guardrails,
  runbooks,
  clock,
}: WatchStateOptions): Promise<readonly Reading<'circuitState'>[]> {
  if (!(await isReady(guardrails))) return [];
  const active = runbooks();
  const breakers = await guardrails.breakers(active.map(({ name }) => name));
  const nowMs = clock.now().getTime();
  return breakers.flatMap((breaker, i) => {
    const recoveryMs = (active[i]?.guardrails.circuitBreaker.recoverySeconds ?? 0) * 1_000;
    const phase = breakerPhase(breaker, recoveryMs, nowMs);
    return STATES.map((state) => ({
      value: state === phase ? 1 : 0,
      labels: { runbook: breaker.runbook, state },
    }));
  });
}

/** That of all is there also while it is calm: an alert sees that somebody looks. */
async function storms({ guardrails, clock }: WatchStateOptions): Promise<readonly Reading<'stormActive'>[]> {
  if (!(await isReady(guardrails))) return [];
  const standing = (await guardrails.storms(clock.now())).map(({ source = ALL }) => source);
  return [...new Set([ALL, ...standing])].map((source) => ({
    value: standing.includes(source) ? 1 : 0,
    labels: { source },
  }));
}

/** No incident is without a source. */
const ALL = '';

const infoOf = ({ name, version, mode, risk }: ActiveRunbook): Reading<'runbookInfo'> => ({
  value: 1,
  labels: { runbook: name, version: String(version), mode, risk },
});
