import { excerpt } from '../nearest.ts';
import { KIND } from '../schema/runbook-file.ts';
import { isRecord } from './section.ts';

/** What can be imported, with what tells it. */
export const sourceFormats = {
  s0: 'the runbook manager (a section with steps, each with a step_id)',
  s1: 'the lab (a section runbooks, each with an action)',
  ssm: 'AWS SSM Automation (schemaVersion 0.3 with mainSteps)',
} as const;

export type SourceFormat = keyof typeof sourceFormats;

const sourceFormatNames = Object.keys(sourceFormats) as readonly SourceFormat[];

export type Detected =
  | { readonly format: SourceFormat }
  | { readonly code: string; readonly message: string };

/** The format of a document, or of the one that is asked for whether this is such a document. */
export function detectFormat(value: unknown, wanted: SourceFormat | undefined): Detected {
  const source = isRecord(value) ? value : {};
  if (source['kind'] === KIND) return { code: 'already_imported', message: ALREADY };
  const { schemaVersion: version, mainSteps } = source;
  if (Array.isArray(mainSteps) && !isAutomation(version) && (wanted ?? 'ssm') === 'ssm')
    return { code: 'unknown_format', message: otherVersion(version) };
  const looksLike = sourceFormatNames.filter((format) => LOOKS[format](source));
  if (wanted !== undefined && looksLike.includes(wanted)) return { format: wanted };
  if (wanted !== undefined) return { code: 'other_format', message: notThis(wanted, looksLike) };
  const [format, ...more] = looksLike;
  if (format === undefined) return { code: 'unknown_format', message: `none of ${CANDIDATES}, ${NAME_IT}` };
  if (more.length > 0)
    return {
      code: 'ambiguous_format',
      message: `could be ${looksLike.join(' or ')}, say which with --from ${looksLike.join('|')}`,
    };
  return { format };
}

const LOOKS: Readonly<Record<SourceFormat, (source: Readonly<Record<string, unknown>>) => boolean>> = {
  s0: ({ steps, runbook_type: type }) =>
    Array.isArray(steps) && (type !== undefined || steps.some((step) => isRecord(step) && 'step_id' in step)),
  s1: ({ runbooks }) => isRecord(runbooks),
  ssm: ({ schemaVersion, mainSteps }) => isAutomation(schemaVersion) && Array.isArray(mainSteps),
};

const isAutomation = (version: unknown): boolean => version === '0.3' || version === 0.3;

const ALREADY = 'this is a runbook of Belay already, there is nothing to import, lint it instead';
const CANDIDATES = Object.entries(sourceFormats)
  .map(([name, what]) => `${name}: ${what}`)
  .join('; ');
const NAME_IT = 'give a file that is one of them';

function otherVersion(version: unknown): string {
  return `an SSM document of schemaVersion ${excerpt(version)} is no automation, only 0.3 is imported, wrap it in an automation with aws:runCommand`;
}

function notThis(wanted: SourceFormat, looksLike: readonly SourceFormat[]): string {
  const next = looksLike.length > 0 ? `try --from ${looksLike.join('|')}` : `known are ${CANDIDATES}`;
  return `expected ${wanted}, ${sourceFormats[wanted]}, this is something else, ${next}`;
}
