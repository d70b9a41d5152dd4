import { isIPv6 } from 'node:net';
import { ActorKind } from '#gen/belay/v1/common.ts';
import type { Bus } from '#lib/bus/bus.ts';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { outgoing } from '#lib/events/event.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { Refusal } from '#lib/grpc/call-gate.ts';
import { deriveId } from '#lib/ids.ts';
import type { Logger } from '#lib/logger.ts';

export interface RefusalRecorderOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly service: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WINDOW_MS = 60_000;
const PER_HOST = 20;
const IN_ALL = 200;

/**
 * Refused access is history too. The caller is not kept waiting for it, and a full log does not let him in.
 * Strangers can be refused as often as they like, so what is written down is bounded.
 */
export function refusalRecorder(options: RefusalRecorderOptions): (refusal: Refusal) => void {
  const mayRecord = bounded(options);
  return (refusal) => {
    if (mayRecord(hostOf(refusal.peer))) record(refusal, options);
  };
}

function bounded({ clock, logger }: RefusalRecorderOptions): (host: string) => boolean {
  const counts = new Map<string, number>();
  let [endsMs, inAll] = [0, 0];
  return (host) => {
    if (clock.monotonicMs() >= endsMs) {
      counts.clear();
      [endsMs, inAll] = [clock.monotonicMs() + WINDOW_MS, 0];
    }
    const count = (counts.get(host) ?? 0) + 1;
    if (count > PER_HOST || inAll >= IN_ALL) {
      if (count === PER_HOST + 1)
        logger.warn({ host }, 'further refusals of this minute are not recorded one by one');
      // A host that was never let into the map is not: it has a bound as well.
      if (counts.has(host)) counts.set(host, count);
      return false;
    }
    counts.set(host, count);
    inAll += 1;
    return true;
  };
}

function record(
  { actor, method, neededRole, peer }: Refusal,
  { bus, service, clock, logger }: RefusalRecorderOptions,
): void {
  const now = clock.now();
  const name = actor?.name ?? 'unknown';
  const event = outgoing('AccessRefused', {
    actor: actor ? toActor(actor) : { kind: ActorKind.HUMAN, name },
    command: method,
    neededRole,
    peer,
    refusedAt: now,
    refusalId: deriveId('ref', name, method, peer, now.toISOString()),
  });
  bus.publish([encodeEvent(event, `belay/${service}`)]).catch((error: unknown) => {
    logger.error({ actor: name, method, reason: messageOf(error) }, 'a refused access could not be recorded');
  });
}

/** The peer without its port, which is another one for each connection. */
function hostOf(peer: string): string {
  const host = peer.replace(/:\d+$/, '');
  return isIPv6(peer) ? peer : host;
}
