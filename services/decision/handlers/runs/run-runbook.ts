import { Mode, type Resource } from '#gen/belay/v1/common.ts';
import type { RunRunbookRequest, RunRunbookResponse } from '#gen/belay/v1/runbook_service.ts';
import { BelayError } from '#lib/errors.ts';
import { toActor } from '#lib/events/to-actor.ts';
import type { CallContext } from '#lib/grpc/service-methods.ts';
import { deriveId } from '#lib/ids.ts';
import { canonical } from '#lib/plan/plan-digest.ts';
import { type Command, commandGiven } from '#lib/platform/command-given.ts';
import type { Publish } from '#lib/platform/publisher.ts';
import { givenParameters } from '#lib/runbook/given-parameters.ts';
import type { ActiveRunbook } from '../../domain/registry/active-runbook.ts';
import type { Cases, RunbookRegistry, RunRequests } from '../../ports.ts';
import { type Considered, decideIncident, type DecideOptions } from '../decide-incident.ts';
import type { ReadVersionOf } from '../registry/version-reader.ts';
import { runIncident } from './run-incident.ts';
import { toRunResponse } from './run-response.ts';
import { findRunnable } from './runnable.ts';

export interface RunOptions extends DecideOptions {
  readonly cases: Pick<Cases, 'open' | 'get'>;
  readonly registry: Pick<RunbookRegistry, 'versions'>;
  readonly read: ReadVersionOf;
  readonly requests: RunRequests;
  /** Signs orders. */
  readonly publish: Publish;
}

/**
 * Decides as for an incident that nobody has reported. The same request of the same caller is the same run for a day:
 * it gets the first answer, which is published again, in case it was not the first time, and hears what came of it.
 */
export async function runRunbook(
  request: RunRunbookRequest,
  command: Command,
  call: CallContext,
  options: RunOptions,
): Promise<RunRunbookResponse> {
  const { isRepeated, ...considered } = await consideredOf(request, command.at, call, options);
  const events = await decideIncident(considered, options, command.at);
  const made = events.find((event) => event.type === 'DecisionMade')?.data;
  if (!made) throw isOver(considered);
  const { incidentId: subject } = considered.incident;
  const result = made.mode === Mode.BLOCKED ? made.code : 'ok';
  await options.publish([...events, commandGiven({ ...command, subject }, call, result)]);
  return toRunResponse({ made, events, waits: await options.cases.get(made.decisionId), isRepeated });
}

async function consideredOf(
  request: RunRunbookRequest,
  at: Date,
  call: CallContext,
  options: RunOptions,
): Promise<Considered & { readonly isRepeated: boolean }> {
  const { service, reason, dryRun } = request;
  const runbook = await findRunnable(request, options.registry, options.read);
  const parameters = parametersOf(runbook, request);
  const resource = resourceOf(request.resource, options.targets);
  const by = toActor(call.actor);
  const requestId = request.requestId || call.requestId;
  const content = { runbook: runbook.name, version: request.version, service, resource, parameters, dryRun };
  const first = await options.requests.use(
    deriveId('req', call.actor.name, requestId),
    deriveId('run', canonical(content)),
    at,
  );
  if (!first.isSame) throw idUsed(requestId);
  const parts = [call.actor.name, requestId, first.firstUsedAt.toISOString()];
  const incident = runIncident({ parts, service, resource, parameters, reason, by, at });
  const words = `asked for by ${by.name}`;
  const asked = { runbook, by: 'person', words, dryRun } as const;
  const isRepeated = first.firstUsedAt < at;
  return { incident, causeId: requestId, attempt: 1, run: { asked, parameters }, isRepeated };
}

function parametersOf(runbook: ActiveRunbook, { parameters }: RunRunbookRequest) {
  const given = givenParameters(runbook, parameters);
  if (given.ok) return given.values;
  const { code, name, why, next } = given.fault;
  throw new BelayError('invalid', `not run: ${why}`, { code, field: `parameters.${name}`, next });
}

/** One that is not named can only be the one there is. */
function resourceOf(resource: Resource | undefined, targets: readonly string[]): Resource | undefined {
  if (!resource) return undefined;
  const target = resource.target || (targets.length === 1 ? targets[0] : undefined);
  if (target !== undefined && targets.includes(target)) return { ...resource, target, uid: '' };
  throw new BelayError(
    'invalid',
    target === undefined ? 'not run: no target is named' : `there is no target ${target}`,
    {
      code: 'TARGET_UNKNOWN',
      field: 'resource.target',
      why: `there are ${targets.join(', ')}`,
      next: 'belay target list',
    },
  );
}

/** Whoever uses a request's id for something else would take the answer for one to that. */
const idUsed = (requestId: string): BelayError =>
  new BelayError('conflict', `not run: the request ${requestId} was about something else`, {
    code: 'REQUEST_ID_USED',
    field: 'requestId',
    why: 'the same request is the same run for a day',
    next: 'use another id',
  });

const isOver = ({ incident }: Considered): BelayError =>
  new BelayError('conflict', `${incident.externalId} was run before, and is over`, {
    code: 'RUN_OVER',
    next: `belay incident show ${incident.externalId}`,
  });
