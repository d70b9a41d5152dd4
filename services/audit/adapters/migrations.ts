import type { Migration } from '#lib/sql/migrate.ts';

/**
 * Ids and names compare by their bytes, whatever the locale of the server: prefixes find an index, and pages
 * and timelines have one order everywhere. The statistics are for questions about a service and a runbook that
 * never met: without them the planner expects to find some soon, and reads everything.
 */
export const migrations: readonly Migration[] = [
  {
    id: '0001_events',
    sql: `
      create table events (
        id text collate "C" primary key,
        topic text not null,
        partition integer not null,
        log_offset bigint not null,
        type text collate "C" not null,
        source text not null,
        time timestamptz not null,
        rank integer not null,
        incident_id text collate "C" not null,
        decision_id text collate "C" not null,
        action_id text collate "C" not null,
        external_id text collate "C" not null,
        service text collate "C" not null,
        runbook text collate "C" not null,
        runbook_version integer,
        outcome text collate "C" not null,
        actor text collate "C" not null,
        text text not null,
        data jsonb not null
      );
      create index events_time on events (time, rank, id);
      create index events_incident on events (incident_id, time, rank, id) where incident_id <> '';
      create index events_decision on events (decision_id, time, rank, id) where decision_id <> '';
      create index events_external on events (external_id, time) where external_id <> '';
      create index events_service on events (service, time, rank, id) where service <> '';
      create index events_runbook on events (runbook, time, rank, id) where runbook <> '';
      create index events_outcome on events (outcome, time, rank, id);
      create index events_actor on events (actor, time, rank, id);
      create index events_type on events (type, time, rank, id);
      create statistics events_about (mcv) on service, runbook from events;
    `,
  },
  {
    id: '0002_decisions_by_mode',
    sql: `
      create index events_mode on events ((data->>'mode'), time, rank, id) where type = 'DecisionMade';
    `,
  },
];
