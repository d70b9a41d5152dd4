import { afterEach, expect, it } from 'vitest';
import { ResolvedAs } from '#gen/belay/v1/verification.ts';
import { VerificationServiceClient } from '#gen/belay/v1/verification_service.ts';
import { systemClock } from '#lib/clock.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import { authenticator, closeAll, closeLater, tokenOf } from '#lib/grpc/fixtures/decision-server.ts';
import { createGrpcClient } from '#lib/grpc/grpc-client.ts';
import { createGrpcServer } from '#lib/grpc/grpc-server.ts';
import { ROLES, type Role } from '#lib/identity/identity.ts';
import { newWatch, type Watch } from '../domain/watch.ts';
import { serveVerification } from './serve-verification.ts';

afterEach(closeAll);

const ids = { actionId: 'act-7f3a01', decisionId: 'dec-1', incidentId: 'inc-1', target: 'prod' };
const at = new Date('2026-03-03T03:12:00Z');
const request = { id: ids.actionId, outcome: ResolvedAs.NOT_DONE, reason: 'looked at it' };

/** The service with one action, that nobody can tell the outcome of. */
async function start() {
  const settled = { outcome: 'unknown', effect: 'unknown', code: 'unknown', reason: '', at } as const;
  let watch: Watch = { ...newWatch(ids), settled };
  const said: OutgoingEvent[] = [];
  const refusals: unknown[] = [];
  const server = createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    authenticator,
    clock: systemClock,
    onRefused: (refusal) => refusals.push(refusal),
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const watches = {
    named: async (id: string) => (watch.actionId.startsWith(id) ? [watch] : []),
    advance: async (
      _: unknown,
      step: (known: Watch) => { watch: Watch; events: readonly OutgoingEvent[] },
    ) => {
      const next = step(watch);
      watch = next.watch;
      said.push(...next.events);
    },
  };
  serveVerification(server, { watches, publish: async () => {}, clock: systemClock });
  const { endpoint } = await server.start();
  closeLater(() => server.stop(0));
  const clientOf = (role: Role) => {
    const client = createGrpcClient(VerificationServiceClient, { endpoint, token: tokenOf(role) });
    closeLater(async () => client.close());
    return client;
  };
  return { clientOf, said, refusals };
}

it('takes the word of operators alone, and who else tried is told', async () => {
  const { clientOf, said, refusals } = await start();
  for (const role of ROLES.filter((role) => role !== 'operator'))
    await expect(clientOf(role).settleAction(request)).rejects.toMatchObject({ kind: 'forbidden' });
  expect(said).toEqual([]);
  expect(refusals).toHaveLength(ROLES.length - 1);
  expect(await clientOf('operator').settleAction(request)).toMatchObject({
    ...ids,
    outcome: ResolvedAs.NOT_DONE,
    resolvedAt: expect.any(Date),
  });
  expect(said).toMatchObject([
    { type: 'ActionResolved', data: { actor: { name: 'the-operator' } } },
    { type: 'CommandGiven', data: { actor: { name: 'the-operator' } } },
  ]);
});

it.each([
  ['no outcome', { outcome: ResolvedAs.UNSPECIFIED }, 'outcome'],
  ['an outcome that nobody knows', { outcome: 9 as ResolvedAs }, 'outcome'],
  ['no reason', { reason: ' ' }, 'reason'],
  ['a beginning that could be a slip', { id: 'act-7f' }, 'id'],
  ['a reason that fools a terminal', { reason: 'done\u001b[2K' }, 'reason'],
])('refuses a request with %s', async (_what, change, field) => {
  const { clientOf, said } = await start();
  await expect(clientOf('operator').settleAction({ ...request, ...change })).rejects.toMatchObject({
    kind: 'invalid',
    field,
  });
  expect(said).toEqual([]);
});

it('says of an id that could be a slip why it is refused, and where whole ones are', async () => {
  const { clientOf } = await start();
  await expect(clientOf('operator').settleAction({ ...request, id: 'nope' })).rejects.toMatchObject({
    message: 'id: is shorter than 8 characters',
    why: expect.stringContaining('not meant'),
    next: expect.stringContaining('belay quarantine list'),
  });
});

it('answers with a conflict that names what stands, and with not found', async () => {
  const { clientOf } = await start();
  const client = clientOf('operator');
  const first = await client.settleAction(request);
  expect(await client.settleAction({ ...request, reason: 'I saw it too' })).toEqual(first);
  await expect(client.settleAction({ ...request, outcome: ResolvedAs.DONE })).rejects.toMatchObject({
    kind: 'conflict',
    code: 'RESOLVED_OTHERWISE',
    why: expect.stringContaining('the-operator said so at'),
  });
  await expect(client.settleAction({ ...request, id: 'act-of-nobody' })).rejects.toMatchObject({
    kind: 'not_found',
    code: 'NO_SUCH_ACTION',
  });
});
