import { BelayError } from './errors.ts';

/** As many as anybody wants to read. */
const NAMED = 5;

/** What tells whether there are more than are named. */
export const ENOUGH_CANDIDATES = NAMED + 1;

/** A beginning that more than one has. `kinds`: of what, in the plural. */
export function ambiguousId(id: string, kinds: string, candidates: readonly string[]): BelayError {
  const more = candidates.length > NAMED ? ' and more' : '';
  return new BelayError('conflict', `${id} is the beginning of several ${kinds}`, {
    code: 'ID_AMBIGUOUS',
    field: 'id',
    why: `it could be ${candidates.slice(0, NAMED).join(', ')}${more}`,
    next: 'give more of the id',
  });
}
