import { everOpens } from '../windows.ts';
import { error, type Finding, type LintRule } from './lint-rule.ts';

const FIELDS = ['allowedWindows', 'blackoutWindows'] as const;

/** A runbook that its own windows keep from ever acting, or a window that holds no minute. */
export const windowNeverOpens: LintRule = ({ guardrails }) => {
  const empty = FIELDS.flatMap((field) =>
    guardrails[field].flatMap(({ from, to }, index): readonly Finding[] => {
      if (from !== to) return [];
      const message = `it ends at ${to}, as it begins, so it holds no minute, write 00:00 and 24:00 for the whole day`;
      return [error(['guardrails', field, index], 'window_never_opens', message)];
    }),
  );
  if (empty.length > 0 || everOpens(guardrails)) return empty;
  const message = 'they leave no minute of the week to act in, shorten one or remove it';
  return [error(['guardrails', 'blackoutWindows'], 'window_never_opens', message)];
};
