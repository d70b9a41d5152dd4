import type { Generated } from 'kysely';
import type { Migration } from '#lib/sql/migrate.ts';
import type { Mode } from '../domain/decision.ts';
import type { Answer, Run } from '../domain/evidence/evidence.ts';

export interface EvidenceTables {
  /** One row a decision. What settled it may be noted before what was decided. */
  evidence: {
    decision_id: string;
    /** Null until the decision itself was read. */
    runbook: string | null;
    version: number | null;
    mode: Mode | null;
    would_have: Mode | null;
    code: string | null;
    decided_at: Date | null;
    is_shown: Generated<boolean>;
    answer: Answer | null;
    run: Run | 'none' | null;
    settled_at: Date | null;
    /** Of the first event that was read. */
    noted_at: Date;
  };
  /** What was thrown away, in numbers. */
  evidence_before: { runbook: string; runs: number; verified: number };
}

export const evidenceMigrations: readonly Migration[] = [
  {
    id: '0003_evidence',
    sql: `
      create table evidence (
        decision_id text primary key,
        runbook text,
        version integer,
        mode text,
        would_have text,
        code text,
        decided_at timestamptz,
        is_shown boolean not null default false,
        answer text check (answer in ('approved', 'denied', 'lapsed')),
        run text check (
          run in ('verified', 'failed', 'rolled_back', 'inconclusive', 'error', 'unknown', 'none')
        ),
        settled_at timestamptz,
        noted_at timestamptz not null
      );
      create index evidence_runbook on evidence (runbook, decided_at);
      create index evidence_noted on evidence (noted_at);
      create index evidence_runs on evidence (runbook, settled_at, run) where run <> 'none';
      create table evidence_before (
        runbook text primary key,
        runs bigint not null,
        verified bigint not null
      );`,
  },
];
