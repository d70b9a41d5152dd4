import { runCampaign } from '../support/campaign.ts';

await runCampaign('faults', {
  bus: async () => (await import('./bus.ts')).busFaults,
  thread: async () => (await import('./thread.ts')).threadFaults,
});
