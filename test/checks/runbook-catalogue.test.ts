import { describe, expect, it } from 'vitest';
import { actionNames, actionSpec } from '#lib/runbook/action-catalogue.ts';
import { carriedOut } from '#lib/runbook/catalogue/carried-out.ts';
import { scopes } from '#lib/runbook/conditions/fact-catalogue.ts';
import { outcomeCheckNames, preCheckNames } from '#lib/runbook/named-checks.ts';
import { actionNamed, executedActions } from '../../services/executor/actions/catalogue.ts';
import { judgedPreChecks } from '../../services/executor/domain/deletion-checks.ts';
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

  it('that executors carry out are in the catalogue', () => {
    expect(actionNames()).toEqual(expect.arrayContaining([...executedActions]));
  });

  it.each(executedActions)('%s takes the parameters that the catalogue says', (name) => {
    const { of, seen } = recorder('web');
    actionNamed(name)?.parse(of);
    expect(sorted(seen)).toEqual(sorted(Object.keys(actionSpec(name)?.parameters ?? {})));
  });
});

describe('the checks known by name', () => {
  it('before acting are in the catalogue, and listed as looked at', () => {
    expect(sorted(carriedOut.preChecks)).toEqual(sorted(judgedPreChecks));
    expect(Object.keys(preCheckNames)).toEqual(expect.arrayContaining([...judgedPreChecks]));
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
