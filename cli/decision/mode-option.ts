import { Mode, modeFromJSON } from '#gen/belay/v1/common.ts';
import { usageError } from '../frame/usage-error.ts';

const WORDS = ['manual', 'suggest', 'approval_required', 'auto_execute', 'blocked', 'observe'] as const;

export const MODE_HELP = WORDS.join(', ');

/** As runbooks and reports spell modes. */
export function modeOption(text: string | undefined, help: string): Mode {
  if (text === undefined) return Mode.UNSPECIFIED;
  if ((WORDS as readonly string[]).includes(text)) return modeFromJSON(`MODE_${text.toUpperCase()}`);
  throw usageError(`--mode ${text} is no mode`, { next: `One of ${MODE_HELP}.`, help });
}
