import { runCampaign } from '../support/campaign.ts';

await runCampaign('bench', {
  bus: async () => (await import('./bus.ts')).busBench,
  thread: async () => (await import('./thread.ts')).threadBench,
});
