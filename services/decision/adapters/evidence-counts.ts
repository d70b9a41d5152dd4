import type { Kysely } from 'kysely';
import { type Answer, daysBefore, type Run } from '../domain/evidence/evidence.ts';
import { HISTORY_DAYS, type RunHistories } from '../domain/evidence/run-history.ts';
import type { VersionEvidence } from '../domain/evidence/version-evidence.ts';
import type { DecisionTables } from './decision-tables.ts';

type Db = Kysely<DecisionTables>;

/** First what was before: what moves there in between is counted once at the most. */
export async function readHistories(db: Db, now: Date): Promise<RunHistories> {
  const before = await db.selectFrom('evidence_before').selectAll().execute();
  const since = daysBefore(now, HISTORY_DAYS);
  const kept = await db
    .selectFrom('evidence')
    .select(({ fn }) => [
      'runbook',
      fn.countAll<number>().as('runs'),
      fn.countAll<number>().filterWhere('run', '=', 'verified').as('verified'),
      fn.countAll<number>().filterWhere('settled_at', '>=', since).as('recent'),
      fn
        .countAll<number>()
        .filterWhere('settled_at', '>=', since)
        .filterWhere('run', '=', 'verified')
        .as('recentVerified'),
    ])
    .where('runbook', 'is not', null)
    .where('run', '<>', 'none')
    .groupBy('runbook')
    .execute();
  const runs = new Map(kept.map((row) => [row.runbook, row]));
  const old = new Map(before.map((row) => [row.runbook, row]));
  const names = new Set([...runs.keys(), ...old.keys()].flatMap((name) => name ?? []));
  return new Map([...names].map((name) => [name, historyOf(runs.get(name), old.get(name))]));
}

interface Counts {
  readonly runs: number;
  readonly verified: number;
}

function historyOf(
  kept: (Counts & { readonly recent: number; readonly recentVerified: number }) | undefined,
  before: Counts | undefined,
) {
  const { recent = 0, recentVerified = 0, runs = 0, verified = 0 } = kept ?? {};
  return {
    verified: recentVerified,
    failed: recent - recentVerified,
    runsEver: runs + (before?.runs ?? 0),
    verifiedEver: verified + (before?.verified ?? 0),
  };
}

export async function readVersions(db: Db, runbook: string): Promise<readonly VersionEvidence[]> {
  const rows = await db
    .selectFrom('evidence')
    .select(({ fn }) => {
      const count = () => fn.countAll<number>();
      const ended = (run: Run) => count().filterWhere('run', '=', run);
      const answered = (answer: Answer) => count().filterWhere('answer', '=', answer);
      return [
        'version',
        count().as('decisions'),
        count().filterWhere('run', '<>', 'none').as('runs'),
        ended('verified').as('verified'),
        ended('failed').as('failed'),
        ended('rolled_back').as('rolledBack'),
        ended('inconclusive').as('inconclusive'),
        ended('error').as('error'),
        ended('unknown').as('unknown'),
        answered('approved').as('approved'),
        answered('denied').as('denied'),
        answered('lapsed').as('lapsed'),
        fn.max('decided_at').as('lastDecidedAt'),
        fn.max('settled_at').filterWhere('run', '<>', 'none').as('lastRunAt'),
      ];
    })
    .where('runbook', '=', runbook)
    .groupBy('version')
    .orderBy('version', 'desc')
    .execute();
  return rows.flatMap(({ version, lastDecidedAt, lastRunAt, ...counts }) =>
    version === null || lastDecidedAt === null
      ? []
      : [{ ...counts, version, lastDecidedAt, lastRunAt: lastRunAt ?? undefined }],
  );
}
