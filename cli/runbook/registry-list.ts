import type { RunbookFacts, RunbookVersion } from '#gen/belay/v1/runbook_service.ts';
import { Risk } from '#gen/belay/v1/common.ts';
import type { Result } from '../frame/output.ts';
import type { Cell } from '../frame/table.ts';
import { modeWord, refText, statusWord, versionBody } from './registry-words.ts';

export function registryListResult(runbooks: readonly RunbookVersion[]): Result {
  return {
    kind: 'RunbookList',
    body: { items: runbooks.map((version) => ({ ...versionBody(version), ...factsBody(version.facts) })) },
    names: runbooks.map(({ ref }) => refText(ref)),
    table: ({ wide, time }) => ({
      header: ['RUNBOOK', 'STATUS', 'MODE', 'RISK', 'ASKS FOR', 'TRIGGERS', 'OWNER', ...(wide ? WIDE : [])],
      rows: runbooks.map((version): Cell[] => {
        const { ref, status, mode, facts, appliedBy, appliedAt } = version;
        const known = facts ?? NOTHING;
        const applied = appliedAt ? time(appliedAt) : '';
        const more = [known.type, known.tags.join(','), appliedBy?.name ?? '', applied];
        const [risk, asksFor] = facts ? [riskWord(facts), modeWord(facts.asksFor)] : ['does not load', ''];
        const cells = [refText(ref), statusWord(status), modeWord(mode), risk, asksFor];
        return [...cells, triggersOf(known).join(','), known.owner, ...(wide ? more : [])];
      }),
    }),
  };
}

const WIDE = ['TYPE', 'TAGS', 'APPLIED BY', 'APPLIED'];
const NOTHING = { type: '', owner: '', tags: [], symptoms: [], probableCauses: [], any: false };

const RISKS = new Map<Risk, string>([
  [Risk.LOW, 'low'],
  [Risk.MEDIUM, 'medium'],
  [Risk.HIGH, 'high'],
]);
const riskWord = ({ risk }: RunbookFacts): string => RISKS.get(risk) ?? 'high';

const triggersOf = ({
  symptoms,
  probableCauses,
  any,
}: Pick<RunbookFacts, 'symptoms' | 'probableCauses' | 'any'>): readonly string[] => [
  ...new Set([...symptoms, ...probableCauses, ...(any ? ['any'] : [])]),
];

function factsBody(facts: RunbookFacts | undefined) {
  if (!facts) return { loads: false };
  const { type, owner, intent, asksFor, tags } = facts;
  return {
    ...{ type, owner, intent, tags },
    risk: riskWord(facts),
    decisionMode: modeWord(asksFor),
    triggers: triggersOf(facts),
  };
}
