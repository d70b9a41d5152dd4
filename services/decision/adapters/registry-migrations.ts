import type { Migration } from '#lib/sql/migrate.ts';
import type { ActiveMode, Change, Chooser, VersionStatus } from '../domain/registry/entry.ts';
import type { Origin } from '../ports.ts';
import type { Generated } from 'kysely';

interface OriginColumns {
  actor_kind: Origin['who']['kind'];
  actor_name: string;
  reason: string;
  at: Date;
}

export interface RegistryTables {
  /** One row. Locked by whoever changes anything, so that runbooks are judged beside one another. */
  registry: { id: number; revision: number; changed_at: Date };
  registry_runbook: { name: string; mode: ActiveMode | null; chosen_by: Chooser | null };
  registry_version: OriginColumns & {
    name: string;
    version: number;
    digest: string;
    source: string;
    status: VersionStatus;
  };
  registry_change: OriginColumns & {
    seq: Generated<number>;
    name: string;
    version: number;
    digest: string;
    type: Change['type'];
    mode: ActiveMode | null;
  };
}

const originColumns = `
  actor_kind text not null,
  actor_name text not null,
  reason text not null,
  at timestamptz not null`;

export const registryMigrations: readonly Migration[] = [
  {
    id: '0002_registry',
    sql: `
      create table registry (
        id integer primary key check (id = 1),
        revision bigint not null,
        changed_at timestamptz not null
      );
      insert into registry (id, revision, changed_at) values (1, 0, to_timestamp(0));
      create table registry_runbook (
        name text primary key,
        mode text check (mode in ('observe', 'manual', 'suggest', 'approval_required', 'auto_execute')),
        chosen_by text check (chosen_by in ('start', 'command'))
      );
      create table registry_version (
        name text not null references registry_runbook,
        version integer not null check (version > 0),
        digest text not null,
        source text not null,
        status text not null check (status in ('draft', 'active', 'deprecated', 'archived')),
        ${originColumns},
        primary key (name, version),
        unique (name, digest)
      );
      create unique index registry_version_active on registry_version (name) where status = 'active';
      create table registry_change (
        seq bigint not null generated always as identity primary key,
        name text not null,
        version integer not null,
        digest text not null,
        type text not null,
        mode text,
        ${originColumns},
        foreign key (name, version) references registry_version
      );
      create index registry_change_name on registry_change (name, seq);`,
  },
];
