import { deriveId } from '#lib/ids.ts';

/** A decision asks people once. */
export const approvalIdOf = (decisionId: string): string => deriveId('apr', decisionId);
