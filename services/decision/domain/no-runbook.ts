import { runbooksOfOtherKind } from '#lib/runbook/match-runbook.ts';
import type { Runbook } from '#lib/runbook/runbook.ts';
import { refuse } from './check.ts';
import type { Decision, Facts } from './decision.ts';

/** Left to people. `offer` is for any incident, and for them to run. */
export function noRunbook({ incident, runbooks }: Facts, offer: Runbook | undefined): Decision {
  const trigger = [incident.probableCause, incident.symptom].filter(Boolean).join(', ') || 'nothing';
  const misfits = runbooksOfOtherKind(runbooks, incident);
  const kind = incident.resource?.kind;
  const why = `no runbook matches ${trigger}${misfits.length > 0 ? `; ${misfitWords(misfits, kind)}` : ''}`;
  const observed = misfits.length > 0 ? `${trigger}, on ${kind ?? 'no resource'}` : trigger;
  const offered = offer ? ` ${offer.name} is for people to run.` : '';
  return {
    mode: 'manual',
    code: 'no_runbook',
    summary: `N${why.slice(1)}. Nothing changed.${offered}`,
    checks: [refuse('match', observed, limitOf(misfits), 'no_runbook', why)],
    runbook: undefined,
    risk: 'high',
    wouldHave: undefined,
    orders: undefined,
  };
}

/** A sentence takes so many; whoever wants all of them has the list of runbooks. */
const NAMED = 3;

/** restart-pod is for it, and needs a pod: the report names no resource */
function misfitWords(misfits: readonly Runbook[], kind: string | undefined): string {
  const each = misfits
    .slice(0, NAMED)
    .map((runbook) => `${runbook.name} is for it, and needs ${withArticle(kindsOf(runbook))}`);
  const more = misfits.length > NAMED ? ', and there are more' : '';
  const named = kind === undefined ? 'no resource' : withArticle(kind);
  return `${each.join('; ')}${more}: the report names ${named}`;
}

const limitOf = ([first]: readonly Runbook[]): string =>
  first ? `${first.name} on ${withArticle(kindsOf(first))}` : 'a runbook for it';

const kindsOf = ({ scope }: Runbook): string => scope.resourceKinds.join(' or ');

const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
