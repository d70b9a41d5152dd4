/** A mistake that somebody could make, and the tests that have to notice. */
export interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}

const folder = 'services/decision';
const core = [`${folder}/domain`, `${folder}/handlers`, `${folder}/workers`];
const redis = ['test/integration/guardrails-model.test.ts', 'test/integration/redis-guardrails.test.ts'];

const inScript = (what: string, script: string, from: string, to: string): Mutant => ({
  what,
  file: `${folder}/adapters/lua/${script}.lua`,
  from,
  to,
  tests: redis,
});
const inCore = (what: string, file: string, from: string, to: string): Mutant => ({
  what,
  file: `${folder}/${file}.ts`,
  from,
  to,
  tests: core,
});

export const decisionMutants: readonly Mutant[] = [
  inScript('one run too many in an hour', 'decide-slot', '>= tonumber(ARGV[7])', '> tonumber(ARGV[7])'),
  inScript(
    'one action too many in a namespace',
    'decide-slot',
    '>= tonumber(ARGV[14])',
    '> tonumber(ARGV[14])',
  ),
  inScript('the lock is not looked at', 'decide-slot', "or seen.holder ~= ''", 'or false'),
  inScript('a trial is not exclusive', 'decide-slot', "(resting or breaker.trial ~= '')", 'resting'),
  inScript('a peek takes a slot', 'decide-slot', "is_peek and 'noted' or 'held'", "'held'"),
  inScript('a grant answers as the decision did', 'decide-slot', "ARGV[16] == 'grant', ARGV", 'false, ARGV'),
  inScript(
    'a held slot ends by itself',
    'decide-slot',
    "if status ~= 'held' then\n  redis.call('PEXPIRE'",
    "if true then\n  redis.call('PEXPIRE'",
  ),
  inScript(
    'what is granted later ends by itself',
    'decide-slot',
    '\nelseif before then',
    '\nelseif false then',
  ),
  inScript('a slot that is freed still counts', 'held-counts', 'count - 1)', 'count)'),
  inScript(
    'an unknown outcome frees the lock',
    'settle-slot',
    "if outcome == 'unknown' then",
    'if false then',
  ),
  inScript('nothing is refunded', 'settle-slot', "\n  if outcome == 'none' then", '\n  if false then'),
  inScript(
    'a rebuild forgets when it was granted',
    'refill-slot',
    'taken_at = ARGV[11]',
    'taken_at = ARGV[3]',
  ),
  inScript(
    'a storm counts decisions and not services',
    'decide-slot',
    '\n  ask(ARGV[#ARGV], ARGV[3], tidies)',
    '\n  ask(ARGV[1], ARGV[3], tidies)',
  ),
  inScript(
    'a storm is over after ten minutes, however many come',
    'storm',
    'math.max(storm.startedAtMs + HOLD_MS, storm.highAtMs + STORM_WINDOW_MS + QUIET_MS)',
    'storm.startedAtMs + HOLD_MS',
  ),
  inScript('a storm stops what a person runs', 'storm', 'refuses and not seen.byPerson', 'refuses'),
  inScript(
    'what people run begins a storm',
    'decide-slot',
    "ARGV[16] == 'reserve' and not by_person",
    "ARGV[16] == 'reserve'",
  ),
  inCore(
    'a program is no storm either',
    'handlers/decide-incident',
    "run?.asked.by === 'person' && incident.reportedBy?.kind === ActorKind.HUMAN",
    "run?.asked.by === 'person'",
  ),
  inCore(
    'a storm stops the grant of what a person runs',
    'workers/drive-case',
    'about, wants, byPerson, record',
    'about, wants, record',
  ),
  inScript(
    'a storm that goes on is not shown',
    'storm',
    "redis.call('ZADD', KEYS[BEGUN], high_at,",
    "redis.call('ZADD', KEYS[BEGUN], 0,",
  ),
  inCore(
    'a storm is shown that is over',
    'domain/guardrails/standing-storms',
    'nowMs < stormEndsAtMs(scope)',
    'stormEndsAtMs(scope) > 0',
  ),
  inScript('a rebuild forgets a storm', 'refill-slot', 'for i = 0, 1 do', 'for i = 0, -1 do'),
  inScript('a budget is of an hour', 'observe-scopes', 'budget, DAY_MS)', 'budget, HOUR_MS)'),
  inCore(
    'everybody is paged whom a storm refuses',
    'domain/guardrails/check-storm',
    "pages: !isStanding && levels.includes('begins')",
    "pages: isStanding || levels.includes('begins')",
  ),
  inCore(
    'what people approve begins a storm',
    'domain/guardrails/decide-slot',
    'const observed = observeFor(book, asked, false);',
    'const observed = observeFor(book, asked, true);',
  ),
  inCore(
    'what a storm closes pages its owner',
    'handlers/answer-of',
    "isInStorm(made) ? '' : draft.escalate",
    'draft.escalate',
  ),
  inCore(
    'the breaker opens one failure late',
    'domain/guardrails/breaker',
    'failures + 1 >= opensAt',
    'failures + 1 > opensAt',
  ),
  inScript(
    'a reset is undone by what was settled before it',
    'settle-slot',
    'if at <= tonumber(stored[4] or 0) then',
    'if false then',
  ),
  inCore(
    'a repeat puts what a person has lifted into quarantine',
    'handlers/quarantine',
    '|| quarantineOf(controls, actionId)) return [];',
    '|| quarantineOf(controls, actionId)?.lifted === false) return [];',
  ),
  inCore(
    'a breaker that was opened is told of once too often',
    'handlers/breaker-told',
    'said.isOpen && said.atMs === breaker.openedAtMs',
    'said.isOpen && said.atMs < breaker.openedAtMs',
  ),
  inCore(
    'at the limit one more passes',
    'domain/guardrails/check-slot',
    'if (count < limit) return pass(numbers);',
    'if (count <= limit) return pass(numbers);',
  ),
  inCore(
    'a released workload stays locked',
    'domain/guardrails/settle-slot',
    "status !== 'frozen' && book.locks",
    "status === 'frozen' && book.locks",
  ),
  inCore('medium risk runs by itself', 'domain/decide', "risk !== 'low' ||", "risk === 'high' ||"),
  inCore('risk is lowered', 'domain/risk', 'declared + reasons.length', 'declared - reasons.length'),
  inCore(
    'a good history lowers the risk',
    'domain/risk',
    'declared + reasons.length',
    'declared + reasons.length - (past && past.failed === 0 ? 1 : 0)',
  ),
  inCore(
    'a rate at the limit is enough',
    'domain/evidence/weigh-evidence',
    'verified / runs.length > successRate',
    'verified / runs.length >= successRate',
  ),
  inCore(
    'people approve what they asked for',
    'domain/cases/refusal-of',
    'if (name !== requester) return undefined;',
    'return undefined;',
  ),
  inCore(
    'anybody may approve',
    'domain/cases/refusal-of',
    '!isHuman || !approvers.some',
    '!isHuman && !approvers.some',
  ),
  inCore(
    'another plan than the one that was shown',
    'domain/cases/refusal-of',
    "answer === 'deny' || planHash === hash",
    'true',
  ),
  inCore('one yes too few', 'domain/cases/next-case', 'approvalsOf(told) >= ', '1 + approvalsOf(told) >= '),
  inCore(
    'silence is a yes that nobody was told of',
    'domain/cases/next-case',
    'if (!wasNotified)',
    'if (false)',
  ),
  inCore(
    'what a person cancelled is tried all the same',
    'workers/drive-case',
    'if (await driver.cases.isCancelled(decisionId))',
    'if (false)',
  ),
  inCore(
    'a cancel misses what is decided again at that moment',
    'handlers/call-back',
    'if (cancel) await publish',
    'if (false) await publish',
  ),
  inCore(
    'a cancel misses what begins to wait at that moment',
    'handlers/action-settled',
    'if (await cases.isCancelled(before)) await',
    'if (false) await',
  ),
  inCore(
    'a cancel ends what may be taking a slot',
    'domain/cases/next-case',
    "current.isTaking ? unchanged(current) : close(current, 'cancelled'",
    "false ? unchanged(current) : close(current, 'cancelled'",
  ),
  inCore('too old an incident is tried again', 'domain/retry', '(at <= until ? at : undefined)', 'at'),
  inCore(
    'what was ordered is taken for an orphan',
    'workers/sweep-orphans',
    'if (ordered.has(slot.decisionId)) continue;',
    '',
  ),
  inCore(
    'a grant of an incident that ended is not called back',
    'handlers/call-back',
    'if (cancels.length > 0)',
    'if (false)',
  ),
  {
    what: 'a cancel behind the intent is not heeded',
    file: 'services/executor/workers/begin.ts',
    from: 'if (since) return',
    to: 'if (false) return',
    tests: ['services/executor/workers/begin.test.ts'],
  },
  inCore(
    'what did not help is tried again',
    'handlers/action-settled',
    'if (!NOT_DONE.has(data.outcome)) return',
    'if (false) return',
  ),
  inCore('a disabled runbook is granted', 'workers/drive-case', 'if (stopped !== undefined)', 'if (false)'),
  inCore('a refused grant is ordered', 'workers/drive-case', 'if (refused) return', 'if (false) return'),
  inCore(
    'the approved plan is not in the order',
    'workers/drive-case',
    "approvedPlanHash: planned?.hash ?? ''",
    "approvedPlanHash: ''",
  ),
];
