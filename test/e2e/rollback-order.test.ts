import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ActionFinished, ActionRefused, ActionStatus } from '#gen/belay/v1/action.ts';
import { OrderPhase } from '#gen/belay/v1/decision.ts';
import type { IncidentReported } from '#gen/belay/v1/incident.ts';
import { Effect, RollbackRequested, SettledOutcome } from '#gen/belay/v1/verification.ts';
import { hasReadToEnd } from '#lib/bus/read-to-end.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import { type AnyEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { hashToken } from '#lib/identity/static-tokens.ts';
import type { Service } from '#lib/lifecycle/component.ts';
import { type OpenPlatform, openPlatform } from '#lib/platform/open-platform.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { openSigning } from '#lib/platform/signing.ts';
import { localKeys } from '../../cli/local-keys.ts';
import { configSchema } from '../../services/decision/config.ts';
import { createDecision } from '../../services/decision/service.ts';
import { createVerifier } from '../../services/verifier/service.ts';
import { eventually } from '../support/eventually.ts';
import { sampleEvents } from '../support/sample-events.ts';

// Decision and verifier as they are started; this test is the executor, and asks for what was done to be undone.

const TARGET = 'prod-eu';
const reported = sampleEvents.find(({ type }) => type === 'IncidentReported')?.data as IncidentReported;

let folder: string;
let platform: OpenPlatform;
let services: readonly Service[];
const seen: AnyEvent[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-rollback-'));
  const keys = localKeys(folder, TARGET);
  const config = configSchema.parse({
    bus: { kind: 'sqlite', dataDir: join(folder, 'bus') },
    sql: { kind: 'pglite', dataDir: join(folder, 'sql') },
    auth: { tokens: [{ name: 'tester', roles: ['operator'], sha256: hashToken('t'.repeat(43)) }] },
    log: { level: 'fatal' },
    topics: { replicationFactor: 1 },
    signing: { trustedKeysFile: keys.trustedKeysFile, keyFile: keys.decisionKeyFile },
    guardrails: { kind: 'memory' },
    runbooks: ['runbooks/restart-pod.yaml'],
    registry: { onStart: 'activate' },
    targets: [TARGET],
  });
  platform = await openPlatform(config, { name: 'test', fail: (error) => expect.unreachable(error.message) });
  const { trustedKeysFile } = keys;
  services = [
    createVerifier({ ...config, signing: { trustedKeysFile } }, platform),
    createDecision(config, platform),
  ];
  for (const service of services) await service.start();
  for (const topic of ['decision', 'verification', `order.${TARGET}`]) await follow(topic);
}, 60_000);
afterAll(async () => {
  for (const stop of stops) await stop();
  for (const service of (services ?? []).toReversed()) await service.stop();
  await platform?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function follow(topic: string): Promise<void> {
  const { trust } = signing();
  const following = await platform.bus.follow({
    topic,
    from: { timeMs: 0 },
    onRecords: (records) => {
      for (const record of records) {
        const event = decodeEvent(record);
        trust(event, record);
        seen.push(event);
      }
    },
    onCrash: (error) => expect.unreachable(error.message),
  });
  stops.push(() => following.stop());
}

const signing = () => {
  const { trustedKeysFile, targetKeyFile } = localKeys(folder, TARGET);
  return openSigning({ trustedKeysFile, keyFile: targetKeyFile });
};
const asExecutor = () => publisher(platform.bus, `executor-${TARGET}`, signing().seal);
const allOf = <T extends EventType>(type: T): DataOf<T>[] =>
  seen.filter((event) => event.type === type).map(({ data }) => data as DataOf<T>);
const orderOf = (phase: OrderPhase) =>
  eventually(() => {
    const order = allOf('Order').find((one) => one.phase === phase);
    if (!order) throw new Error(`no order of phase ${phase}`);
    return order;
  }, 20_000);

it('is given once, and its refusal takes nothing back of what was done', async () => {
  const at = new Date();
  const report = { ...reported, startedAt: at, reportedAt: at };
  await publisher(platform.bus, 'detector-adapter')([outgoing('IncidentReported', report)]);
  const { actionId, decisionId, incidentId, plan, lockKey } = await orderOf(OrderPhase.EXECUTE);

  const ids = { actionId, decisionId, incidentId, target: TARGET };
  const asked = RollbackRequested.fromPartial({ ...ids, reason: 'no better', requestedAt: new Date() });
  const asVerifier = publisher(platform.bus, 'verifier');
  await asVerifier([outgoing('RollbackRequested', asked)]);
  await asVerifier([outgoing('RollbackRequested', asked)]);
  const order = await orderOf(OrderPhase.ROLLBACK);
  expect(order).toMatchObject({ ofActionId: actionId, decisionId, plan, lockKey, reason: 'no better' });

  const now = new Date();
  const refused = { ...ids, actionId: order.actionId, phase: OrderPhase.ROLLBACK, refusedAt: now };
  const finished = { ...ids, phase: OrderPhase.EXECUTE, status: ActionStatus.FAILED, finishedAt: now };
  const code = 'unsupported_phase';
  const reason = 'it undoes nothing';
  await asExecutor()([outgoing('ActionRefused', ActionRefused.fromPartial({ ...refused, code, reason }))]);
  await eventually(async () =>
    expect(await hasReadToEnd(platform.bus, 'belay-verifier', 'action')).toBe(true),
  );
  await asExecutor()([
    outgoing('ActionFinished', ActionFinished.fromPartial({ ...finished, error: 'forbidden' })),
  ]);
  await eventually(() => expect(allOf('DecisionClosed')).not.toEqual([]), 20_000);
  expect(allOf('ActionSettled')).toMatchObject([
    { actionId, outcome: SettledOutcome.FAILED, effect: Effect.DONE },
  ]);
  expect(allOf('Order').map(({ phase }) => phase)).toEqual([OrderPhase.EXECUTE, OrderPhase.ROLLBACK]);
}, 90_000);
