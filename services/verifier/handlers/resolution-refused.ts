import { BelayError } from '#lib/errors.ts';
import type { Refusal } from '../domain/resolve.ts';

/** Why a person's verdict does not count. */
export function resolutionRefused(actionId: string, because: Refusal): BelayError {
  switch (because.code) {
    case 'awaited':
      return new BelayError('conflict', `how ${actionId} ends is still awaited`, {
        code: 'OUTCOME_AWAITED',
        why: 'a person is asked once nothing else can tell',
        next: `wait for it; to keep it from beginning: belay action cancel ${actionId} --reason "..."`,
      });
    case 'known':
      return new BelayError('conflict', `how ${actionId} ended is known: ${because.settled.outcome}`, {
        code: 'OUTCOME_KNOWN',
        why: because.settled.reason,
        next: 'nothing: only an unknown outcome is for people to say',
      });
    case 'contradicted': {
      const { outcome, by, reason, at } = because.resolved;
      return new BelayError('conflict', `${actionId} is settled as ${WORDS[outcome]} already`, {
        code: 'RESOLVED_OTHERWISE',
        why: `${by} said so at ${at.toISOString()}: ${reason}`,
        next: 'nothing: what was held until then is free',
      });
    }
  }
}

const WORDS = { done: 'done', not_done: 'not done' } as const;
