import { describe, expect, it } from 'vitest';
import { actionNames, actionSpec } from '#lib/runbook/action-catalogue.ts';
import type { ActionSpec, ParameterSpec } from '#lib/runbook/catalogue/action-spec.ts';
import { carriedOut, planned } from '#lib/runbook/catalogue/carried-out.ts';
import { scopes } from '#lib/runbook/conditions/fact-catalogue.ts';
import { outcomeCheckNames, preCheckNames } from '#lib/runbook/named-checks.ts';
import {
  actionNamed,
  executedActions,
  plannedActionNamed,
  plannedActions,
} from '../../services/executor/actions/catalogue.ts';
import { judgedPreChecks } from '../../services/executor/domain/deletion-checks.ts';
import { scalePreChecks } from '../../services/executor/domain/scale-checks.ts';
import { undoPreChecks } from '../../services/executor/domain/undo-checks.ts';
import type { Cluster, PodState, WorkloadState } from '../../services/executor/ports.ts';
import { judgeCheck, judgedOutcomes } from '../../services/verifier/domain/resource-checks.ts';

// Runbooks are written from the catalogue and decided by what is carried out of it. A name that only one side
// knows would be ordered and refused, or asked for and looked at by nobody.

const sorted = (names: Iterable<string>): string[] => [...names].toSorted();

/** An object in which everything is there, and what of it was looked at. */
function recorder(value: string): { readonly of: Record<string, string>; readonly seen: Set<string> } {
  const seen = new Set<string>();
  const of = new Proxy<Record<string, string>>(
    {},
    { get: (_, name) => (seen.add(String(name)), value), has: () => true },
  );
  return { of, seen };
}

describe('the actions', () => {
  it('that decision orders are those that executors carry out', () => {
    expect(sorted(carriedOut.actions)).toEqual(sorted(executedActions));
  });

  it('that decision asks plans of are those that executors plan', () => {
    expect(sorted(planned.actions)).toEqual(sorted(plannedActions));
    expect(planned.actions).toEqual(expect.arrayContaining([...carriedOut.actions]));
  });

  it('that executors know are in the catalogue', () => {
    expect(actionNames()).toEqual(expect.arrayContaining([...plannedActions]));
  });

  it.each(plannedActions)('%s takes the parameters that the catalogue says', (name) => {
    const { parameters = {}, choices = [] } = (actionSpec(name) ?? {}) as Partial<ActionSpec>;
    const seen = new Set<string>();
    for (const kept of choices[0]?.of ?? ['']) {
      const left = choices.flatMap(({ of }) => of).filter((choice) => choice !== kept);
      const given = Object.entries(parameters).filter(([key]) => !left.includes(key));
      const values = Object.fromEntries(given.map(([key, spec]) => [key, valueOf(spec)]));
      plannedActionNamed(name)?.parse(
        new Proxy(values, { get: (of, key) => (seen.add(String(key)), of[String(key)]) }),
      );
    }
    expect(sorted(seen)).toEqual(sorted(Object.keys(parameters)));
  });
});

/** Something that the catalogue allows. */
function valueOf({ type, minimum = 0, allowedValues }: ParameterSpec): string | number | boolean {
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return Math.max(1, minimum);
  return allowedValues?.[0] ?? 'web';
}

describe('the checks known by name', () => {
  it('before acting are in the catalogue, and listed as looked at', () => {
    expect(sorted(carriedOut.preChecks)).toEqual(sorted(judgedPreChecks));
    expect(Object.keys(preCheckNames)).toEqual(expect.arrayContaining([...judgedPreChecks]));
  });

  it('before planning are in the catalogue, and listed as looked at', () => {
    const judged = new Set([...judgedPreChecks, ...scalePreChecks, ...undoPreChecks]);
    expect(sorted(planned.preChecks)).toEqual(sorted(judged));
    expect(Object.keys(preCheckNames)).toEqual(expect.arrayContaining([...judged]));
  });

  it('afterwards are in the catalogue, and listed as looked at', () => {
    expect(sorted(carriedOut.outcomeChecks)).toEqual(sorted(judgedOutcomes));
    expect(Object.keys(outcomeCheckNames)).toEqual(expect.arrayContaining([...judgedOutcomes]));
  });
});

/** Kept for the action itself: which pods were there before. */
const INTERNAL = ['pods'];
const factNames = Object.keys(scopes.outcome.after.kind === 'section' ? scopes.outcome.after.fields : {});

describe('the facts', () => {
  it('that executors read are in the catalogue, and listed as read', async () => {
    const read = new Set<string>();
    for (const name of executedActions) for (const fact of await factsOf(name)) read.add(fact);
    for (const name of INTERNAL) read.delete(name);
    expect(sorted(read)).toEqual(sorted(carriedOut.facts));
    expect(factNames).toEqual(expect.arrayContaining([...read]));
  });

  it.each(judgedOutcomes)('that %s judges are read by executors', (check) => {
    const { of, seen } = recorder('x');
    judgeCheck(check, of);
    expect(seen.size).toBeGreaterThan(0);
    expect(carriedOut.facts).toEqual(expect.arrayContaining([...seen]));
  });
});

const pod: PodState = {
  namespace: 'shop',
  name: 'web',
  uid: 'u1',
  labels: {},
  ready: true,
  terminating: false,
  restarts: 0,
  createdAt: new Date(0),
  controller: undefined,
};
const workload: WorkloadState = {
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  uid: 'w1',
  labels: {},
  desired: 2,
  ready: 2,
  available: 2,
  rollingOut: false,
  selector: '',
};

function clusterOf(found: WorkloadState | undefined): Cluster {
  return {
    pod: async () => pod,
    workloadOf: async () => found,
    workload: async () => found,
    podsOf: async () => [{ ...pod, uid: 'u2' }],
    deletePod: async () => 'deleted',
    deployed: async () => undefined,
    revisionsOf: async () => [],
    autoscalersOf: async () => [],
    quotasOf: async () => [],
    describe: async () => 'a stand-in',
  };
}

/** Everything that an action says about its target, before and after, while it is there and when it is gone. */
async function factsOf(name: string): Promise<readonly string[]> {
  const action = actionNamed(name);
  if (!action) return [];
  const args = action.parse(recorder('web').of);
  const limits = {
    allowedNamespaces: [],
    requiredLabels: {},
    minimumReadyPeers: 0,
    maxPercentOfReplicas: 100,
    preChecks: [],
  };
  const context = (found: WorkloadState | undefined) => ({
    cluster: clusterOf(found),
    limits,
    hold: async () => ({ holder: '', isHeld: true }),
    recentActions: async () => 0,
    known: {},
  });
  const { before } = await action.observe(args, context(workload));
  // Another pod was there before, so that u2 is the one that replaces it.
  const earlier = { ...before, pods: 'u1' };
  const there = await action.sample(args, earlier, context(workload));
  const gone = await action.sample(args, earlier, context(undefined));
  return [before, there, gone].flatMap((facts) => Object.keys(facts));
}
