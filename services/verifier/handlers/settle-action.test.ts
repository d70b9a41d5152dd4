import { expect, it } from 'vitest';
import { ResolvedAs } from '#gen/belay/v1/verification.ts';
import { ManualClock } from '#lib/clock.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import type { OutgoingEvent } from '#lib/events/event.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import type { Fact } from '../domain/note.ts';
import { newWatch, type Watch } from '../domain/watch.ts';
import type { NamedWatches, Watches } from '../ports.ts';
import { settleAction } from './settle-action.ts';
import { takeIn } from './step.ts';

const now = new Date('2026-03-03T03:12:00Z');
const idOf = (actionId: string) => ({ actionId, decisionId: 'dec-1', incidentId: 'inc-1', target: 'prod' });
const finished = (status: 'success' | 'unknown'): Fact => ({
  type: 'finished',
  finished: { status, error: 'the answer was lost', at: now },
});
const callOf = (name: string) =>
  ({ actor: { kind: 'human', name, roles: ['operator'] }, requestId: 'r-1' }) as unknown as CallContext;

/** Watches in memory, and all that is said: with a row, or besides. */
function world(...ids: readonly string[]) {
  const rows = new Map(ids.map((id) => [id, newWatch(idOf(id))]));
  const said: OutgoingEvent[] = [];
  const refused: OutgoingEvent[] = [];
  const watches: Watches & NamedWatches = {
    advance: async ({ actionId }, step) => {
      const next = step(rows.get(actionId) as Watch);
      rows.set(actionId, next.watch);
      for (const event of next.events) encodeEvent(event, 'belay/verifier');
      said.push(...next.events);
    },
    named: async (id) => {
      const unknown = [...rows.values()].filter(({ settled }) => settled?.outcome === 'unknown');
      const exact = rows.get(id);
      return exact ? [exact] : unknown.filter(({ actionId }) => actionId.startsWith(id));
    },
  };
  const clock = new ManualClock(now);
  const publish = async (events: readonly OutgoingEvent[]) => void refused.push(...events);
  const take = (id: string, fact: Fact) =>
    watches.advance(idOf(id), (watch) => takeIn(watch, fact, clock.now()));
  const settle = (id: string, outcome: ResolvedAs = ResolvedAs.DONE, by = 'maria') =>
    settleAction({ id, outcome, reason: 'looked at it' }, callOf(by), { watches, publish, clock });
  return { rows, said, refused, clock, take, settle };
}

it('is told with who, why and what, behind the settlement, and in the history of commands', async () => {
  const { said, take, settle } = world('act-7f3a01');
  await take('act-7f3a01', finished('unknown'));
  said.length = 0;
  const resolvedAt = new Date(now.getTime() + 1);
  expect(await settle('act-7f3a', ResolvedAs.NOT_DONE)).toEqual({
    ...idOf('act-7f3a01'),
    outcome: ResolvedAs.NOT_DONE,
    resolvedAt,
  });
  expect(said).toMatchObject([
    {
      type: 'ActionResolved',
      data: {
        actionId: 'act-7f3a01',
        resolvedAs: ResolvedAs.NOT_DONE,
        actor: { name: 'maria' },
        reason: 'looked at it',
        resolvedAt,
      },
    },
    {
      type: 'CommandGiven',
      data: { command: 'VerificationService/SettleAction', subject: 'act-7f3a01', result: 'ok' },
    },
  ]);
});

it('is said once: given again it has the same answer, and the other way it is refused', async () => {
  const { said, refused, clock, take, settle } = world('act-7f3a01');
  await take('act-7f3a01', finished('unknown'));
  await clock.advance(60_000);
  const first = await settle('act-7f3a');
  await clock.advance(60_000);
  expect(await settle('act-7f3a', ResolvedAs.DONE, 'tom')).toEqual(first);
  await expect(settle('act-7f3a', ResolvedAs.NOT_DONE, 'tom')).rejects.toMatchObject({
    kind: 'conflict',
    code: 'RESOLVED_OTHERWISE',
    message: 'act-7f3a01 is settled as done already',
    why: 'maria said so at 2026-03-03T03:13:00.000Z: looked at it',
  });
  expect(said.filter(({ type }) => type === 'ActionResolved')).toHaveLength(1);
  expect(refused).toMatchObject([{ data: { result: 'RESOLVED_OTHERWISE', actor: { name: 'tom' } } }]);
});

it('is refused where it is not for people to say, and nothing of the row changes', async () => {
  const { rows, said, refused, take, settle } = world('act-awaited', 'act-aborted');
  const declined = { how: 'aborted', code: 'freeze', reason: 'a freeze', at: now } as const;
  await take('act-aborted', { type: 'declined', declined });
  said.length = 0;
  const before = new Map(rows);
  await expect(settle('act-awaited')).rejects.toMatchObject({ kind: 'conflict', code: 'OUTCOME_AWAITED' });
  await expect(settle('act-aborted')).rejects.toMatchObject({
    kind: 'conflict',
    code: 'OUTCOME_KNOWN',
    message: 'how act-aborted ended is known: aborted',
    why: 'a freeze',
  });
  await expect(settle('act-nobody-knows')).rejects.toMatchObject({
    kind: 'not_found',
    code: 'NO_SUCH_ACTION',
  });
  expect(rows).toEqual(before);
  expect(said).toEqual([]);
  expect(refused.map(({ data }) => (data as { result: string }).result)).toEqual([
    'OUTCOME_AWAITED',
    'OUTCOME_KNOWN',
    'NO_SUCH_ACTION',
  ]);
});

it('takes a beginning for no other action than it was the first time', async () => {
  const { take, settle } = world('act-7f3a01', 'act-7f3a02');
  await take('act-7f3a01', finished('unknown'));
  await settle('act-7f3a');
  await take('act-7f3a02', finished('unknown'));
  await expect(settle('act-7f3a')).rejects.toMatchObject({
    kind: 'conflict',
    code: 'ID_AMBIGUOUS',
    why: 'it could be act-7f3a01, act-7f3a02',
  });
});

it('stands when the executor comes back and says how it ended', async () => {
  const { rows, said, take, settle } = world('act-7f3a01');
  await take('act-7f3a01', finished('unknown'));
  await settle('act-7f3a01', ResolvedAs.NOT_DONE);
  said.length = 0;
  await take('act-7f3a01', finished('success'));
  await take('act-7f3a01', { type: 'sampled', sample: { sequence: 0, facts: {}, error: '', at: now } });
  expect(said).toEqual([]);
  expect(rows.get('act-7f3a01')).toMatchObject({
    settled: { outcome: 'unknown' },
    resolved: { outcome: 'not_done' },
  });
});
