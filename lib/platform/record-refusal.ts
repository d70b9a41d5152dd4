import { ActorKind } from '#gen/belay/v1/common.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { messageOf } from '#lib/errors.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';
import type { Refusal } from '#lib/grpc/call-gate.ts';
import { deriveId } from '#lib/ids.ts';
import type { Logger } from '#lib/logger.ts';

interface Where {
  readonly service: string;
  readonly now: Date;
  readonly logger: Logger;
}

const KINDS = {
  human: ActorKind.HUMAN,
  service_account: ActorKind.SERVICE_ACCOUNT,
  engine: ActorKind.ENGINE,
} as const;

/** Refused access is history too. The caller is not kept waiting for it, and a full log does not let him in. */
export function recordRefusal(bus: Bus, { actor, method, neededRole, peer }: Refusal, where: Where): void {
  const name = actor?.name ?? 'unknown';
  const event = outgoing('AccessRefused', {
    actor: { kind: actor ? KINDS[actor.kind] : ActorKind.HUMAN, name },
    command: method,
    neededRole,
    peer,
    refusedAt: where.now,
    refusalId: deriveId('ref', name, method, peer, where.now.toISOString()),
  });
  bus.publish([encodeEvent(event, `belay/${where.service}`)]).catch((error: unknown) => {
    where.logger.error(
      { actor: name, method, reason: messageOf(error) },
      'a refused access could not be recorded',
    );
  });
}
