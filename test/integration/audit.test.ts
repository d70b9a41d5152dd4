import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AuditServiceClient, QueryEventsRequest } from '#gen/belay/v1/audit_service.ts';
import type { Bus } from '#lib/bus/bus.ts';
import { openSqliteBus } from '#lib/bus/sqlite-bus.ts';
import { systemClock } from '#lib/clock.ts';
import { encodeEvent } from '#lib/events/encode-event.ts';
import { type OutgoingEvent, outgoing } from '#lib/events/event.ts';
import type { DataOf, EventType } from '#lib/events/event-types.ts';
import { seal } from '#lib/events/seal.ts';
import { createGrpcClient } from '#lib/grpc/grpc-client.ts';
import { hashToken } from '#lib/identity/static-tokens.ts';
import { startAll, stopAll } from '#lib/lifecycle/component.ts';
import { openPlatform } from '#lib/platform/open-platform.ts';
import { closing, listening } from '#lib/platform/serve.ts';
import { createSigner } from '#lib/signing/signer.ts';
import { generateSigningKey } from '#lib/signing/signing-key.ts';
import { configSchema } from '../../services/audit/config.ts';
import { createAudit } from '../../services/audit/service.ts';
import { type LabPostgres, startPostgres } from '../lab/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { sampleEvents } from '../support/sample-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-audit-'));
const key = generateSigningKey();
const signer = createSigner(createPrivateKey(key.privateKeyPem));
const trustedKeysFile = join(folder, 'trusted-keys.json');
writeFileSync(
  trustedKeysFile,
  JSON.stringify({ keys: [{ keyId: key.keyId, publicKey: key.publicKeyPem, use: 'target:prod-eu' }] }),
);
const tokens = { viewer: 'v'.repeat(43), service: 's'.repeat(43) };

let postgres: LabPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

let worlds = 0;

/** A database and a log of its own. */
async function newWorld() {
  worlds += 1;
  return { url: await postgres.createDatabase(`audit_${worlds}`), dataDir: join(folder, `bus-${worlds}`) };
}

type World = Awaited<ReturnType<typeof newWorld>>;

/** The service as `belay serve audit` runs it, and the means of the others around it. */
async function startAudit({ url, dataDir }: World) {
  const config = configSchema.parse({
    bus: { kind: 'sqlite', dataDir },
    sql: { kind: 'postgres', url },
    grpc: { port: 0 },
    ops: { port: 0 },
    auth: {
      tokens: [
        { name: 'maria', roles: ['viewer'], sha256: hashToken(tokens.viewer) },
        { name: 'robot', roles: ['service'], sha256: hashToken(tokens.service) },
      ],
    },
    log: { level: 'silent' },
    topics: { partitions: 3, replicationFactor: 1 },
    signing: { trustedKeysFile },
  });
  const crashes: Error[] = [];
  const platform = await openPlatform(config, { name: 'audit', fail: (error) => crashes.push(error) });
  const service = createAudit(config, platform);
  let endpoint = '';
  const grpc = {
    ...listening(platform),
    start: async () => {
      ({ endpoint } = await platform.grpc.start());
    },
  };
  let started = await startAll([closing(platform), service, grpc]);
  const stop = async () => {
    expect(await stopAll(started)).toEqual([]);
    started = [];
    expect(crashes).toEqual([]);
  };
  stops.push(stop);
  const clientOf = (role: keyof typeof tokens) => {
    const client = createGrpcClient(AuditServiceClient, { endpoint, token: tokens[role] });
    stops.push(async () => client.close());
    return client;
  };
  const publish = (events: readonly OutgoingEvent[]) =>
    platform.bus.publish(events.map((event) => seal(event, encodeEvent(event, 'belay/test'), signer)));
  return { bus: platform.bus, service, clientOf, client: clientOf('viewer'), publish, stop };
}

function sample<T extends EventType>(type: T, changes: Partial<DataOf<T>> = {}): OutgoingEvent {
  const found = sampleEvents.find((event) => event.type === type);
  return outgoing(type, { ...found?.data, ...changes } as DataOf<T>);
}

const TOPICS = ['incident', 'decision', 'action', 'verification', 'audit', 'control'];
const query = (changes: Partial<QueryEventsRequest>) => QueryEventsRequest.fromPartial(changes);
const everything = sampleEvents.filter(({ type }) => type !== 'Order');
const command = (name: string) => sample('CommandGiven', { commandId: name, result: 'counted' });

describe('audit', () => {
  it('answers what happened from what is on the topics, the same after a replay of all of it', async () => {
    const world = await newWorld();
    const first = await startAudit(world);
    await first.publish([...everything, ...everything.toReversed()]);
    const answers = async ({ client }: typeof first) => ({
      incident: await client.getIncident({ id: 'INC001' }),
      decision: await client.explainDecision({ id: 'dec-4c' }),
      events: await client.queryEvents(query({ pageSize: 500 })),
    });
    await eventually(async () => expect(await backlog(first.bus)).toBe(0));
    const before = await answers(first);
    expect(before.events.entries).toHaveLength(everything.length);
    expect(before.incident.incident).toMatchObject({ incidentId: 'inc-017', service: 'api-server' });
    expect(before.incident.timeline[0]?.text).toContain(
      'CrashLoopBackOff on pod production/api-server-abc123',
    );
    expect(before.decision.decision).toEqual(sample('DecisionMade').data);
    expect((await first.client.queryEvents(query({ outcome: 'success' }))).entries[0]).toMatchObject({
      text: 'Fixed: verified',
      service: 'api-server',
      runbook: 'restart-pod@3',
    });
    for (const check of first.service.checks()) expect(await check.check()).toMatchObject({ ok: true });
    await first.stop();

    const log = await openSqliteBus({ file: join(world.dataDir, 'log.db'), clock: systemClock });
    for (const topic of TOPICS) await log.seek('belay-audit', topic, 'earliest');
    expect(await backlog(log)).toBe(2 * everything.length);
    await log.close();
    const second = await startAudit(world);
    await eventually(async () => expect(await backlog(second.bus)).toBe(0));
    expect(await answers(second)).toEqual(before);
  });

  it('believes of an action only what its target has signed, and says what it did not believe', async () => {
    const { bus, publish, client } = await startAudit(await newWorld());
    const forged = sample('StepFinished', { stepId: 'forged', output: 'deleted everything' });
    const other = generateSigningKey();
    const byAnother = createSigner(createPrivateKey(other.privateKeyPem));
    const record = encodeEvent(forged, 'belay/test');
    await bus.publish([record]);
    await bus.publish([seal(forged, record, byAnother)]);
    await publish([sample('StepFinished')]);
    const aside = await eventually(async () => {
      const { entries } = await client.queryEvents(query({ outcome: 'dead_lettered' }));
      expect(entries).toHaveLength(2);
      return entries;
    });
    for (const entry of aside) expect(entry.text).toContain('StepFinished is not signed by target:prod-eu');
    await eventually(async () => {
      const { entries } = await client.queryEvents(query({ types: ['StepFinished'] }));
      expect(entries.map(({ text }) => text)).toEqual(['deleted pod production/api-server-abc123']);
    });
  });

  it('lets viewers in and nobody else, and has that on record', async () => {
    const { clientOf, client } = await startAudit(await newWorld());
    const refused = { kind: 'forbidden', code: 'ROLE_MISSING' };
    const robot = clientOf('service');
    await expect(robot.getIncident({ id: 'INC001' })).rejects.toMatchObject(refused);
    await expect(robot.explainDecision({ id: 'INC001' })).rejects.toMatchObject(refused);
    await expect(robot.queryEvents(query({}))).rejects.toMatchObject(refused);
    await eventually(async () => {
      const { entries } = await client.queryEvents(query({ types: ['AccessRefused'], actor: 'robot' }));
      expect(entries.map(({ text }) => text.replace(/ \(.*/, '')).sort()).toEqual([
        'robot may not call AuditService/ExplainDecision: it needs the role viewer',
        'robot may not call AuditService/GetIncident: it needs the role viewer',
        'robot may not call AuditService/QueryEvents: it needs the role viewer',
      ]);
    });
  });

  it('says what is wrong with a request, by field', async () => {
    const { client } = await startAudit(await newWorld());
    const invalid = (field: string) => ({ kind: 'invalid', field });
    await expect(client.getIncident({ id: '' })).rejects.toMatchObject(invalid('id'));
    await expect(client.queryEvents(query({ pageSize: 501 }))).rejects.toMatchObject(invalid('pageSize'));
    await expect(client.queryEvents(query({ types: ['Nothing'] }))).rejects.toMatchObject(invalid('types.0'));
    await expect(client.queryEvents(query({ pageToken: '?' }))).rejects.toMatchObject(invalid('pageToken'));
    await expect(client.getIncident({ id: 'inc-x' })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(client.explainDecision({ id: 'dec-x' })).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('shows each event once over all pages while others are being recorded', async () => {
    const { client, publish } = await startAudit(await newWorld());
    const there = Array.from({ length: 40 }, (_, index) => command(`there-${index}`));
    await publish(there);
    await eventually(async () =>
      expect((await client.queryEvents(query({ pageSize: 500 }))).entries).toHaveLength(40),
    );
    const ids: string[] = [];
    let pageToken = '';
    let round = 0;
    do {
      const [page] = await Promise.all([
        client.queryEvents(query({ pageToken, pageSize: 7 })),
        publish(Array.from({ length: 10 }, (_, index) => command(`new-${round}-${index}`))),
      ]);
      ids.push(
        ...page.entries.map(({ dataJson }) => (JSON.parse(dataJson) as { commandId: string }).commandId),
      );
      pageToken = page.nextPageToken;
      round += 1;
    } while (pageToken !== '' && round < 100);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('there'))).toHaveLength(40);
  });

  it('keeps what happens while its database is silent or gone, and says so meanwhile', async () => {
    const { client, publish, service, bus } = await startAudit(await newWorld());
    const some = (name: string) =>
      publish(Array.from({ length: 30 }, (_, index) => command(`${name}-${index}`)));
    const count = async () =>
      (await client.queryEvents(query({ outcome: 'counted', pageSize: 500 }))).entries.length;
    await some('before');
    await eventually(async () => expect(await count()).toBe(30));

    const writing = some('into the pause');
    postgres.pause();
    try {
      await writing;
      await expect(count()).rejects.toMatchObject({ kind: 'unavailable' });
      await some('during the pause');
    } finally {
      postgres.resume();
    }
    await eventually(async () => expect(await count()).toBe(90), 30_000);

    const dying = some('into the crash');
    await postgres.kill();
    await dying;
    await expect(count()).rejects.toMatchObject({ kind: 'unavailable' });
    const [database] = service.checks();
    await expect(database?.check()).rejects.toMatchObject({ kind: 'unavailable' });
    await some('during the crash');
    await postgres.restart();
    await eventually(async () => expect(await count()).toBe(150), 30_000);
    await eventually(async () => expect(await backlog(bus)).toBe(0), 60_000);
    expect((await client.queryEvents(query({ outcome: 'dead_lettered' }))).entries).toEqual([]);
  });

  it('can be asked with psql', async () => {
    const { url, dataDir } = await newWorld();
    const { publish, client } = await startAudit({ url, dataDir });
    await publish(everything);
    await eventually(async () =>
      expect((await client.queryEvents(query({ pageSize: 500 }))).entries).toHaveLength(everything.length),
    );
    const psql = new pg.Client({ connectionString: url });
    stops.push(() => psql.end());
    await psql.connect();
    const { rows } = await psql.query(`
      select outcome, text, data->>'reason' as reason from audit.events
      where incident_id = 'inc-017' and type = 'ActionSettled'`);
    expect(rows).toEqual([{ outcome: 'success', text: 'Fixed: verified', reason: 'verified' }]);
  });
});

/** Records of its topics that the service has not acknowledged. */
async function backlog(bus: Bus): Promise<number> {
  const behind = await Promise.all(
    TOPICS.map(async (topic) => {
      const committed = await bus.committed('belay-audit', topic);
      const offsets = await bus.offsets(topic);
      return offsets.reduce(
        (sum, { partition, next }) => sum + next - Math.max(0, committed[partition] ?? 0),
        0,
      );
    }),
  );
  return behind.reduce((sum, count) => sum + count, 0);
}
