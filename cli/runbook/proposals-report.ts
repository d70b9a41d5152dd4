import type { RunbookProposal } from '#gen/belay/v1/runbook_service.ts';
import type { Result } from '../frame/output.ts';
import { modeWord, refText } from './registry-words.ts';

/** Each with the command that a person accepts it with. */
export function proposalsResult(proposals: readonly RunbookProposal[], invokedAs: string): Result {
  const items = proposals.map(({ runbook, from, to, criteria }) => ({
    runbook: refText(runbook),
    from: modeWord(from),
    to: modeWord(to),
    criteria,
    accept: `${invokedAs} runbook activate ${refText(runbook)} --mode ${modeWord(to)} --reason ...`,
  }));
  return {
    kind: 'RunbookProposals',
    body: { items },
    names: items.map(({ runbook }) => runbook),
    table: () => ({
      header: ['RUNBOOK', 'FROM', 'TO', 'WHY', 'ACCEPT WITH'],
      rows: items.map(({ runbook, from, to, criteria, accept }) => [
        ...[runbook, from, to],
        criteria.map(({ what, observed, limit }) => `${what}: ${observed} (${limit})`).join('; '),
        accept,
      ]),
    }),
  };
}
