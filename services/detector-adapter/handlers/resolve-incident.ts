import type { Clock } from '#lib/clock.ts';
import { BelayError } from '#lib/errors.ts';
import type { Identity } from '#lib/identity/identity.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import type { Episodes } from '../ports.ts';
import { resolveCommand } from './announcement-events.ts';
import type { Announcer } from './announcer.ts';

export interface ResolveOptions {
  readonly episodes: Pick<Episodes, 'keyOf'>;
  readonly announcer: Announcer;
  readonly publish: Publish;
  readonly clock: Clock;
}

export interface ResolveInput {
  readonly incidentId: string;
  readonly reason: string;
}

export interface ResolveAnswer {
  readonly incidentId: string;
  readonly wasOpen: boolean;
}

export type ResolveIncident = (input: ResolveInput, actor: Identity) => Promise<ResolveAnswer>;

/** Ends an episode by the word of its caller. What a person asked for is told either way. */
export function resolveIncident({ episodes, announcer, publish, clock }: ResolveOptions): ResolveIncident {
  return async ({ incidentId, reason: words }, { kind, name }) => {
    const by = { kind, name };
    const isPerson = kind === 'human';
    const noteRefusal = async (result: string): Promise<void> => {
      if (isPerson) await publish([resolveCommand({ incidentId, by, words, result, at: clock.now() })]);
    };
    const key = await episodes.keyOf(incidentId);
    if (key === undefined) {
      await noteRefusal('INCIDENT_UNKNOWN');
      throw unknown(incidentId);
    }
    const reason = isPerson ? 'person' : 'source';
    const { outcome } = await announcer.settle(key, { type: 'resolved', incidentId, reason, by, words });
    if (outcome !== 'ended') await noteRefusal('NOT_OPEN');
    return { incidentId, wasOpen: outcome === 'ended' };
  };
}

function unknown(incidentId: string): BelayError {
  return new BelayError('not_found', `no incident ${incidentId} is open or was until lately`, {
    code: 'INCIDENT_UNKNOWN',
    field: 'incidentId',
    next: 'belay audit query --since 24h, which shows what was reported',
  });
}
