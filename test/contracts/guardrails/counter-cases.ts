import { beforeEach, describe, expect, it } from 'vitest';
import { at, slotWants } from '../../support/slot-wants.ts';
import type { Workbench } from './workbench.ts';

/** What people are shown of the counters. */
export function counterCases({ guardrails, ask, peek, grant, run, ready }: Workbench): void {
  const recent = async (minute: number) =>
    (await guardrails().recentRuns(at(minute))).map(({ runbook, service, resource }) =>
      [runbook, service, resource].join(' '),
    );
  const of = (service: string, resource = 'pod/a') => ({
    service,
    resource,
    workload: `${service}/${resource}`,
  });

  describe('counters', () => {
    beforeEach(() => ready());

    it('are of each runbook and service that something was taken for, the newest first', async () => {
      await run('dec-1', of('web'), 'succeeded', [0, 1]);
      await run('dec-2', of('cart'), 'failed', [1, 2]);
      await ask('dec-3', of('web', 'pod/b'), 3);
      await peek('dec-4', of('asked'), 4);
      await ask('dec-5', undefined, 5);
      await ask('dec-6', { ...of('refused'), limits: { maxExecutionsPerHour: 0 } }, 5);
      expect(await recent(6)).toEqual(['restart-pod web pod/b', 'restart-pod cart pod/a']);
      await grant('dec-4', of('asked'), 6);
      expect((await recent(7))[0]).toBe('restart-pod asked pod/a');
      expect(await recent(7 * 24 * 60 + 2)).toEqual(['restart-pod asked pod/a', 'restart-pod web pod/b']);
    });

    it('are what the next decision would see, and looking at them takes nothing', async () => {
      await run('dec-1', of('web'), 'succeeded', [0, 1]);
      await ask('dec-2', of('web'), 2);
      const wants = slotWants(of('web'));
      const [seen] = await guardrails().observe([wants], at(3));
      expect(seen).toMatchObject({
        breaker: { failures: 0, openedAtMs: 0, trial: '' },
        executions: { count: 2 },
        attempts: { count: 2 },
        settledAtMs: at(1).getTime(),
        running: { run: 1, runbook: 1, global: 1, target: 1, namespace: 1, service: 1 },
        holder: 'dec-2',
      });
      expect(await guardrails().observe([wants, wants], at(3))).toEqual([seen, seen]);
      expect(await guardrails().observe([], at(3))).toEqual([]);
    });
  });

  it('nobody is shown the counters of a store that is not ready', async () => {
    const refused = { code: 'GUARDRAILS_NOT_READY' };
    await expect(guardrails().recentRuns(at(0))).rejects.toMatchObject(refused);
    await expect(guardrails().observe([slotWants()], at(0))).rejects.toMatchObject(refused);
  });
}
