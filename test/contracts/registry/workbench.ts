import { readFileSync } from 'node:fs';
import { AppliedAs, type RunbookServiceService } from '#gen/belay/v1/runbook_service.ts';
import type { Mode } from '#gen/belay/v1/common.ts';
import { ManualClock } from '#lib/clock.ts';
import { decodeEvent } from '#lib/events/decode-event.ts';
import type { AnyEvent } from '#lib/events/event.ts';
import type { CallContext, Handlers } from '#lib/grpc/service-methods.ts';
import type { Sql } from '#lib/sql/open-sql.ts';
import { toRecord } from '#lib/sql/outbox.ts';
import type { DecisionTables } from '../../../services/decision/adapters/decision-tables.ts';
import { sqlEvidence } from '../../../services/decision/adapters/sql-evidence.ts';
import { sqlRegistry } from '../../../services/decision/adapters/sql-registry.ts';
import { runbookService } from '../../../services/decision/handlers/registry/runbook-service.ts';
import {
  toActiveRunbooks,
  versionReader,
} from '../../../services/decision/handlers/registry/version-reader.ts';
import type { RunbookRegistry } from '../../../services/decision/ports.ts';
import {
  type ActiveRunbooks,
  followActiveRunbooks,
} from '../../../services/decision/workers/active-runbooks.ts';
import { DEFAULT_POLICY } from '../../../cli/play/policy.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export interface RegistryBench {
  readonly newSchema: () => string;
  /** As one more instance opens it; closed in the end. */
  readonly open: (schema: string) => Promise<Sql<DecisionTables>>;
}

/** One instance of the decision service, as far as runbooks go. Its clock stands still. */
export interface Instance {
  readonly sql: Sql<DecisionTables>;
  readonly registry: RunbookRegistry;
  readonly active: ActiveRunbooks;
  readonly rpc: Handlers<typeof RunbookServiceService>;
}

export const START = new Date('2026-03-03T03:12:00Z');
export const reason = 'reviewed';

export const callOf = (name: string): CallContext =>
  ({ actor: { kind: 'human', name, roles: ['operator'], groups: [] }, requestId: `r-${name}` }) as never;
export const maria = callOf('maria');

export async function instanceOn(bench: RegistryBench, schema: string): Promise<Instance> {
  const sql = await bench.open(schema);
  const registry = sqlRegistry({ db: sql.db, source: 'belay/decision', onEvents: () => {} });
  const clock = new ManualClock(START);
  const read = versionReader();
  const toRunbooks = (versions: Parameters<typeof toActiveRunbooks>[0]) => toActiveRunbooks(versions, read);
  const active = await followActiveRunbooks({ registry, toRunbooks, clock, logger: silentLogger });
  const rpc = runbookService({
    ...{ registry, read, clock, evidence: sqlEvidence(sql.db), active: active.current },
    criteria: DEFAULT_POLICY.proposals,
    publish: async () => {},
    checkRetention: async () => {},
    refresh: () => active.refresh(),
    runs: () => {
      throw new Error('nothing runs here');
    },
  });
  return { sql, registry, active, rpc };
}

const restart = readFileSync(new URL('../../../runbooks/restart-pod.yaml', import.meta.url), 'utf8');

/** Each cooldown is another content. */
export const restartPod = (cooldownMinutes: number, name = 'restart-pod'): string =>
  restart
    .replace('name: restart-pod', `name: ${name}`)
    .replace('cooldownMinutes: 5', `cooldownMinutes: ${cooldownMinutes}`);

export async function apply({ rpc }: Instance, ...texts: readonly string[]) {
  const files = texts.map((text, index) => ({ file: `${index + 1}.yaml`, text }));
  const { runbooks, problems } = await rpc.applyRunbooks({ texts: files, dryRun: false, reason }, maria);
  const outcomes = runbooks.map(({ ref, appliedAs }) => `${ref?.name}@${ref?.version} ${wordOf(appliedAs)}`);
  return { outcomes, problems };
}

const wordOf = (applied: AppliedAs): string =>
  ({ [AppliedAs.NEW]: 'new', [AppliedAs.UNCHANGED]: 'unchanged', [AppliedAs.RESTORED]: 'restored' })[
    applied as 1 | 2 | 3
  ];

export const activation = (
  version: number,
  mode: Mode,
  seen: { readonly version: number; readonly mode: Mode } = { version: 0, mode: 0 },
  name = 'restart-pod',
) => ({ name, version, mode, reason, seenVersion: seen.version, seenMode: seen.mode });

/** What waits to be published, in its order. */
export async function said({ sql }: Instance): Promise<readonly AnyEvent[]> {
  const rows = await sql.db.selectFrom('outbox').selectAll().orderBy('seq').execute();
  return rows.map((row) => {
    const { topic, value, headers } = toRecord(row);
    const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
    const record = { topic, value, headers: Object.fromEntries(bytes) as Record<string, Buffer> };
    return decodeEvent({ ...record, partition: 0, offset: 0, timestampMs: 0, key: Buffer.from(row.key) });
  });
}
