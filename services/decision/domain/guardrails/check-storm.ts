import { deriveId } from '#lib/ids.ts';
import { type Numbers, pass, refuse, span } from './check-words.ts';
import type { GuardrailCheck } from './guardrail-check.ts';
import type { StormObserved } from './observed.ts';
import type { SlotWants } from './slot-wants.ts';
import {
  type StormLevel,
  type StormLimits,
  type StormScope,
  stormAfter,
  stormEndsAtMs,
  stormLevel,
  stormLimit,
} from './storm.ts';

/** What a decision counted for that was to run by itself. */
export interface StormCount {
  readonly ofSource: StormLevel;
  readonly inAll: StormLevel;
  /** A storm begins with it, where nothing stood in its way before: people are told once. */
  readonly pages: boolean;
}

/** So many services at once are rather a fault of what reports them: then nothing runs by itself. */
export function checkStorm(
  { ofSource, inAll, automatic, byPerson }: StormObserved,
  { runbook, limits }: Pick<SlotWants, 'runbook' | 'limits'>,
  decisionId: string,
  nowMs: number,
): GuardrailCheck {
  const judged = [ofSource, inAll].map((scope) => judge(scope, limits.storm, automatic, nowMs));
  const numbers = {
    name: 'storm',
    observed: `source ${ofSource.count}, all ${inAll.count} in 60 s`,
    limit: judged.map(({ limit }) => limit).join(', '),
  } as const;
  const refusing = judged.filter(({ endsAtMs }) => nowMs < endsAtMs);
  if (refusing.length === 0) return pass(numbers);
  if (byPerson) return pass(askedFor(numbers));
  const endsAtMs = Math.max(...refusing.map((scope) => scope.endsAtMs + turnMs(decisionId, scope)));
  const byHand = `whoever knows better runs it by hand (belay runbook run ${runbook} --resource ...)`;
  return refuse(numbers, 'storm', `${reasonOf(judged, nowMs)}; ${byHand}`, endsAtMs);
}

/** What many reports say at once says nothing against what somebody has looked at. */
const askedFor = ({ observed, limit, ...rest }: Numbers): Numbers => ({
  ...rest,
  observed: `${observed}; a storm stands`,
  limit: `${limit}; a person asked for this`,
});

/** Undefined where a person is asked first: that is nobody's storm. */
export function stormCount(
  { ofSource, inAll, automatic }: StormObserved,
  limits: StormLimits,
  nowMs: number,
): StormCount | undefined {
  if (!automatic) return undefined;
  const levels = [ofSource, inAll].map((scope) => stormLevel(scope, limits, nowMs));
  const [source = 'calm', all = 'calm'] = levels;
  const isStanding = [ofSource, inAll].some((scope) => nowMs < stormEndsAtMs(scope));
  return { ofSource: source, inAll: all, pages: !isStanding && levels.includes('begins') };
}

interface Judged {
  readonly count: number;
  readonly limit: number;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
}

function judge(scope: StormScope, limits: StormLimits, automatic: boolean, nowMs: number): Judged {
  const level = automatic ? stormLevel(scope, limits, nowMs) : 'calm';
  const storm = stormAfter(scope, level, nowMs);
  const { startedAtMs } = storm;
  return {
    count: scope.count,
    limit: stormLimit(scope, limits),
    startedAtMs,
    endsAtMs: stormEndsAtMs(storm),
  };
}

const TURNS_MS = 120_000;

/**
 * Those who wait come back one after the other, at about half of the limit, so that they do not begin it anew. The
 * place of a decision follows from its id.
 */
function turnMs(decisionId: string, { count, limit }: Judged): number {
  const place = Number.parseInt(deriveId('turn', decisionId).slice(-8), 16) / 2 ** 32;
  return Math.round(place * TURNS_MS * Math.max(1, count / Math.max(1, limit)));
}

function reasonOf([source, all]: readonly Judged[], nowMs: number): string {
  const inAll = all !== undefined && nowMs < all.endsAtMs;
  const judged = inAll ? all : source;
  const { count, limit, startedAtMs, endsAtMs } = judged as Judged;
  const whose = inAll ? '' : ' of its source';
  const rest = `nothing${whose} runs by itself for ${span(endsAtMs - nowMs)} or longer`;
  if (startedAtMs < nowMs)
    return `too many services were to be acted on at once, ${span(nowMs - startedAtMs)} ago, which looks like a fault of what reports them; ${rest}`;
  return `${count} services${whose} were to be acted on within 60 s, more than ${limit}, which looks like a fault of what reports them; ${rest}`;
}
