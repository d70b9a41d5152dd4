import { runCampaign } from '../support/campaign.ts';

await runCampaign('bench', {
  bus: async () => (await import('./bus.ts')).busBench,
  decision: async () => (await import('./decision.ts')).decisionBench,
  runbooks: async () => (await import('./runbooks.ts')).runbooksBench,
  thread: async () => (await import('./thread.ts')).threadBench,
});
