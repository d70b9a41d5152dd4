import { deriveId } from '#lib/ids.ts';

/** One decision for each event that makes an incident be looked at: a report, a settlement, the decision before. */
export const decisionIdOf = (incidentId: string, causeId: string): string =>
  deriveId('dec', incidentId, causeId);
