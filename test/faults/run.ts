import { runCampaign } from '../support/campaign.ts';

await runCampaign('faults', {
  bus: async () => (await import('./bus.ts')).busFaults,
  decision: async () => (await import('./decision.ts')).decisionFaults,
  thread: async () => (await import('./thread.ts')).threadFaults,
});
