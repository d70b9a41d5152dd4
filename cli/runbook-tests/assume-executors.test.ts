import { describe, expect, it } from 'vitest';
import { played } from './fixtures/played.ts';

describe('an executor that is assumed', () => {
  const scale = {
    id: 'scale',
    action: 'kubernetes.scale',
    with: { namespace: '${NAMESPACE}', kind: 'deployment', name: 'web', addReplicas: '${add}' },
  };
  const spec = {
    steps: [scale],
    parameters: { add: { type: 'integer', required: true, allowedValues: [1, 2] } },
  };
  const assume = { executors: ['kubernetes.scale'] };
  const adding = (add: string) => ({
    incident: { service: 'web', cause: 'pod_crash_loop', confidence: 0.9, context: { add } },
  });

  it('lets run what only lacked one, and is needed for it', async () => {
    const expected = { mode: 'auto_execute', reasons: [], arguments: { scale: { addReplicas: 2 } } };
    const [without, assumed] = await played(
      spec,
      { ...adding('2'), expect: expected },
      { assume, ...adding('2'), expect: expected },
    );
    expect(without).toContain(
      'expected mode auto_execute, got suggest; expected reasons none, got no_executor',
    );
    expect(assumed).toBe('passed');
  });

  it('turns no other no into a yes', async () => {
    const runs = await played(
      spec,
      { assume, ...adding('2'), controls: { killSwitch: true }, expect: { reasonsInclude: ['kill_switch'] } },
      { assume, ...adding('2'), history: [{ minutesAgo: 1 }], expect: { reasons: ['cooling_down'] } },
      {
        assume,
        incident: { service: 'web', cause: 'pod_crash_loop', confidence: 0.1, context: { add: '2' } },
        expect: { mode: 'suggest' },
      },
      {
        assume,
        ...adding('3'),
        expect: { mode: 'manual', reasons: ['missing_fact'], noPlan: 'add is not one of 1, 2', plan: [] },
      },
    );
    expect(runs).toEqual(['passed', 'passed', 'passed', 'passed']);
    const twoSteps = { ...spec, steps: [scale, { ...scale, id: 'again' }] };
    expect(
      await played(twoSteps, {
        assume,
        ...adding('2'),
        expect: { mode: 'blocked', reasons: ['no_executor'] },
      }),
    ).toEqual(['passed']);
  });

  it('is never taken for one that observes', async () => {
    const observing = { ...spec, decisionMode: 'observe' };
    expect(await played(observing, { assume, ...adding('2'), expect: { mode: 'observe' } })).toEqual([
      'passed',
    ]);
  });

  it('has a plan where none was expected', async () => {
    const [run] = await played(spec, { ...adding('2'), expect: { noPlan: 'add' } });
    expect(run).toMatch(/^expected noPlan add, got a plan/);
  });
});
