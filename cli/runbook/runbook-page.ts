import type { GetRunbookResponse, RunbookHistoryEntry } from '#gen/belay/v1/runbook_service.ts';
import { beyondExecutors } from '#lib/runbook/catalogue/carried-out.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import type { Presentation, Result } from '../frame/output.ts';
import { historyBody, historyPart } from './evidence-page.ts';
import type { Activations } from './find-activations.ts';
import { approvalRows, limitRows, preCheckRows, whenRows } from './page-limits.ts';
import type { Row } from './page-row.ts';
import { stepRows, verificationRows } from './page-steps.ts';
import { actorText, modeWord, refText, stateText, versionBody } from './registry-words.ts';

/** A runbook as somebody reads it who is paged and has never seen it. */
export function pageOf(runbook: Runbook): readonly Result[] {
  const { name, risk, decisionMode, intent, rollback, prerequisites } = runbook;
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    [`${name}  ${risk} risk, ${decisionMode}`, [[intent]]],
    ['When', whenRows(runbook)],
    ['Before', prerequisites.map((text): Row => ['people make sure', text])],
    ['Asked first', approvalRows(runbook)],
    ['Limits', limitRows(runbook)],
    ['Looked at live, right before', preCheckRows(runbook)],
    ['Steps', stepRows(runbook)],
    [`Verified by, within ${runbook.verification.timeoutSeconds} s`, verificationRows(runbook)],
    ['Undone by', [[rollback.type, rollback.notes]]],
    ['Otherwise', otherwiseRows(runbook)],
    ['Who', whoRows(runbook)],
  ];
  return sections.filter(([, rows]) => rows.length > 0).map(([title, rows]) => section(title, rows));
}

export function runbookResult(
  runbooks: readonly Runbook[],
  registered: GetRunbookResponse | undefined,
  activations: Activations,
): Result {
  const version = registered?.runbook && {
    ...versionBody(registered.runbook),
    activated: activationBody(activations.get(registered.runbook.ref?.version ?? 0)),
  };
  const items = runbooks.map((runbook) => ({
    ...runbook,
    notCarriedOut: beyondExecutors(runbook),
    registered: version,
    history: registered && historyBody(registered.evidence),
  }));
  return {
    kind: 'RunbookPage',
    body: { items },
    names: runbooks.map(({ name }) => name),
    table: () => ({ rows: [] }),
  };
}

/** What came of it here, and which versions there are. */
export function registeredParts(
  registered: GetRunbookResponse | undefined,
  activations: Activations,
): readonly Result[] {
  if (!registered) return [];
  const { runbook, evidence } = registered;
  return [historyPart(runbook?.ref?.name ?? '', evidence), versionsPart(registered, activations)];
}

/** Who applied them and why, and who let them act. */
const versionsPart = ({ versions }: GetRunbookResponse, activations: Activations): Result => ({
  kind: 'RunbookPage',
  body: {},
  names: [],
  table: ({ time }) => ({
    title: 'Registered',
    rows: versions.flatMap((version) => {
      const { ref, appliedBy, appliedAt, reason } = version;
      const when = appliedAt ? time(appliedAt) : '';
      const applied = [refText(ref), stateText(version), when, `${actorText(appliedBy)}: ${reason}`];
      const activation = activations.get(ref?.version ?? 0);
      return activation ? [applied, activationRow(activation, time)] : [applied];
    }),
  }),
});

const activationRow = (
  { mode, actor, reason, changedAt }: RunbookHistoryEntry,
  time: Presentation['time'],
): Row => [
  '',
  `activated as ${modeWord(mode)}`,
  changedAt ? time(changedAt) : '',
  `${actorText(actor)}: ${reason}`,
];

/** For JSON. Undefined where it never ran. */
const activationBody = (entry: RunbookHistoryEntry | undefined) =>
  entry && {
    by: actorText(entry.actor),
    at: entry.changedAt,
    mode: modeWord(entry.mode),
    reason: entry.reason,
  };

function otherwiseRows({ escalation }: Runbook): readonly Row[] {
  return [
    ['when it may not act', escalation.onGuardrailFailure],
    ['when it did not help', escalation.onVerificationFailure],
  ];
}

function whoRows(runbook: Runbook): readonly Row[] {
  const { owner, type, tags, reviewBy, digest } = runbook;
  const beyond = beyondExecutors(runbook);
  return [
    ['owner', owner],
    ['executors today', beyond === undefined ? 'carry it out' : `${beyond}, so it is left to people`],
    ['type', type],
    ...(tags.length > 0 ? [['tags', tags.join(', ')]] : []),
    ...(reviewBy === undefined ? [] : [['review by', reviewBy]]),
    ['content', digest],
  ];
}

const section = (title: string, rows: readonly Row[]): Result => ({
  kind: 'RunbookPage',
  body: {},
  names: [],
  table: () => ({ title, rows }),
});
