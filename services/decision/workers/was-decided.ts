import { BelayError } from '#lib/errors.ts';
import type { Guardrails } from '../ports.ts';

/** Whether the guardrails were asked about it. While they are rebuilt nobody knows what was decided before a crash. */
export async function wasDecided(
  decisionId: string,
  guardrails: Pick<Guardrails, 'isReady' | 'recordOf'>,
): Promise<boolean> {
  if (!(await guardrails.isReady())) throw notReady();
  return (await guardrails.recordOf(decisionId)) !== undefined;
}

const notReady = (): BelayError =>
  new BelayError('unavailable', 'the guardrails are being rebuilt', { code: 'GUARDRAILS_NOT_READY' });
