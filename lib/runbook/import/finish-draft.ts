import { parse, stringify } from 'yaml';
import { loadRunbook } from '../load-runbook.ts';
import { printRunbook } from '../print-runbook.ts';
import type { Problem } from '../problem.ts';
import type { Runbook } from '../runbook.ts';
import { API_VERSION, KIND, runbookFile } from '../schema/runbook-file.ts';
import type { Draft } from './draft.ts';
import { shallow } from './left-step.ts';
import type { KeptPart } from './notes.ts';

export interface FinishedDraft {
  readonly draft: Draft;
  /** The file to review. */
  readonly text: string;
  /** Where it loads. */
  readonly runbook: Runbook | undefined;
  /** What keeps it from loading, at the places of the source. */
  readonly problems: readonly Problem[];
}

/** The draft as a file: printed like any runbook where it loads, as it was put together where it does not. */
export function finishDraft(draft: Draft, from: string): FinishedDraft {
  const [runbook] = loadRunbook(print(fileOf(draft, [])), FILE).runbooks;
  const file = runbook
    ? withKept(parse(printRunbook(runbook)) as RunbookSource, draft.notes.kept)
    : fileOf(draft, draft.notes.kept);
  const text = `# Imported from ${visible(from)}. Review it, then lint it; nothing has been applied.\n${print(file)}`;
  const loaded = loadRunbook(text, FILE);
  const problems = loaded.problems
    .filter((problem) => !isTold(problem, draft))
    .map(({ path, code, message }) =>
      draft.notes.problemAt(draft.originOf(path.split('.')), path, code, message),
    );
  return { draft, text, runbook: loaded.runbooks[0], problems };
}

/** Only in problems, and those are told at the source. */
const FILE = 'imported.yaml';
const YAML = { lineWidth: 0, aliasDuplicateObjects: false } as const;
const QUOTED = { ...YAML, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' } as const;
/** Controls of terminals, and the marks that show a text in another order than it is read. */
const INVISIBLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** What the reviewer sees is what loads: marks that hide something are written as escapes. */
function print(file: object): string {
  const text = stringify(file, YAML);
  return text.search(INVISIBLE) < 0 ? text : visible(stringify(file, QUOTED));
}

function visible(text: string): string {
  return text.replace(INVISIBLE, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

interface RunbookSource {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** In the order in which people read runbooks. */
const ORDER = Object.keys(runbookFile.shape.spec.shape);

function fileOf({ name, spec, steps }: Draft, kept: readonly KeptPart[]): object {
  const fields: Readonly<Record<string, unknown>> = { ...spec, steps };
  const ordered = Object.entries(fields).toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const file = { apiVersion: API_VERSION, kind: KIND, metadata: { name } };
  return withKept({ ...file, spec: Object.fromEntries(ordered) }, kept);
}

function withKept(file: RunbookSource, kept: readonly KeptPart[]): object {
  if (kept.length === 0) return file;
  const parts = kept.map(({ path, line, value }) => ({ path, line, value: shallow(value) }));
  return { ...file, spec: { ...file.spec, 'x-imported': parts } };
}

/** Whoever left a step without an action has said why. */
function isTold({ path, code }: Problem, { steps }: Draft): boolean {
  const [, index = '', rollback] = /^spec\.steps\.(\d+)(\.rollback)?$/.exec(path) ?? [];
  const step = steps[Number(index)];
  if (code !== 'bad_step' || index === '' || !step) return false;
  return (rollback === undefined ? step : (step.rollback ?? {}))['x-imported'] !== undefined;
}
