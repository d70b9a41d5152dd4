import { type Actor, ActorKind } from '#gen/belay/v1/common.ts';
import type { Identity } from '#lib/identity/identity.ts';

const KINDS: Readonly<Record<Identity['kind'], ActorKind>> = {
  human: ActorKind.HUMAN,
  service_account: ActorKind.SERVICE_ACCOUNT,
  engine: ActorKind.ENGINE,
};

/** Who did it, as events say it. */
export const toActor = ({ kind, name }: Pick<Identity, 'kind' | 'name'>): Actor => ({
  kind: KINDS[kind],
  name,
});
