import { expect, it } from 'vitest';
import { loadRunbookFiles } from '#lib/runbook/load-runbook.ts';
import { slotLimitsOf } from './slot-wants.ts';

const { runbooks } = await loadRunbookFiles([new URL('../../../runbooks', import.meta.url).pathname]);
const concurrency = { global: 10, perTarget: 5, perNamespace: 3, perService: 1 };
const storm = { services: 5, percent: 20 };
const budget = { global: 0, perTarget: 0 };

it.each([
  ['restart-service', 1],
  // A runbook lowers the cap of the policy and never raises it.
  ['collect-diagnostics', 3],
])('%s has at most %d actions under way in a namespace', (name, perNamespace) => {
  const guardrails = runbooks.find((runbook) => runbook.name === name)?.guardrails;
  expect(guardrails && slotLimitsOf(guardrails, { concurrency, storm, budget }).concurrency).toEqual({
    ...concurrency,
    perNamespace,
  });
});
