import type { ListProposalsRequest, ListProposalsResponse } from '#gen/belay/v1/runbook_service.ts';
import { daysBefore } from '../../domain/evidence/evidence.ts';
import { proposalsOf, type StandingRunbook } from '../../domain/evidence/proposals.ts';
import { toProtoMode, toRunbookRef } from '../to-proto.ts';
import { unknownVersion } from './refusal-error.ts';
import type { RegistryOptions } from './registry-options.ts';

/** More says nothing that these do not say. */
const MOST_EVIDENCE = 1_000;

/** What a person may accept, by activating. Here nothing changes. */
export async function listProposals(
  { runbook: wanted }: ListProposalsRequest,
  { registry, evidence, active, criteria, clock }: RegistryOptions,
): Promise<ListProposalsResponse> {
  if (wanted !== '' && (await registry.versions(wanted)).length === 0)
    throw unknownVersion(wanted, undefined);
  const now = clock.now();
  const activatedAt = await registry.activatedAt();
  const standing = active().flatMap((runbook): StandingRunbook[] => {
    const at = activatedAt.get(runbook.name);
    return at && (wanted === '' || wanted === runbook.name) ? [{ ...runbook, activatedAt: at }] : [];
  });
  const since = daysBefore(now, criteria.days);
  const found = await Promise.all(
    standing.map(({ name, activatedAt: at }) =>
      evidence.newest(name, at > since ? at : since, MOST_EVIDENCE),
    ),
  );
  const proposals = proposalsOf(found.flat(), standing, criteria, now).map((proposal) => ({
    runbook: toRunbookRef(proposal.runbook),
    from: toProtoMode(proposal.from),
    to: toProtoMode(proposal.to),
    criteria: proposal.criteria.map((criterion) => ({ ...criterion })),
  }));
  return { proposals };
}
