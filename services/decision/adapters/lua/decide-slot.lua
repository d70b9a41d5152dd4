-- The first answer for a decision: every guardrail is looked at, and all of them are taken, or none.
-- Runs behind held-counts, observe-scopes, storm and charge-slot.
--
-- KEYS[1] marker of a rebuilt store   KEYS[2] slot of the decision; where something is wanted:
-- KEYS[3] breaker of the runbook   KEYS[4] executions   KEYS[5] attempts   KEYS[6] last settlement
-- KEYS[7] lock of the workload   KEYS[8] held slots of each scope, see held-counts   KEYS[9] their decisions
-- KEYS[10] actions of a day: of all   KEYS[11] of the target   KEYS[12] what was taken last, for people
-- last seven: what storms are told by, see storm
-- ARGV[1] decision id   ARGV[2] record to keep   ARGV[3] now, ms   ARGV[4] most difference to this server's clock, ms
-- ARGV[5] how long a closed slot is kept, ms   ARGV[6] what is wanted, as JSON; empty: nothing
-- ARGV[7] executions an hour   ARGV[8] cooldown, ms   ARGV[9] attempts an hour   ARGV[10] recovery of the breaker, ms
-- ARGV[11..15] most held slots: of the runbook, all, target, namespace, service
-- ARGV[16] reserve; peek: answer and take nothing; grant: take what was noted before
-- ARGV[17] services, ARGV[18] per cent of those seen, that may be about to be acted on
-- ARGV[19] actions of a day, of all   ARGV[20] of the target; 0: as many as there are
-- ARGV[21] '1': somebody asked for this very action
-- ARGV[22..27] scopes of held slots: run key, runbook, all, target, namespace, service   last: the service
--
-- Returns {'not_ready'}, {'clock', server ms}, {'first', status, observed, trial} for the first answer, or the slot
-- as it is stored: {status, record, wants, asked at ms, observed, checks, trial, storm}.
-- Asking again gets the first answer and changes nothing, but when it was asked; only what is noted can still be granted, and a grant
-- that is refused keeps nothing.

-- Which of ARGV is the first scope.
local SCOPES = 22

if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_ready' }
end

local time = redis.call('TIME')
local server_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now = tonumber(ARGV[3])
if math.abs(server_ms - now) > tonumber(ARGV[4]) then
  return { 'clock', string.format('%d', server_ms) }
end

-- Its grant is an answer of its own: whoever asks about the decision again gets the one of the decision.
local asks_grant, is_peek = ARGV[16] == 'grant', ARGV[16] == 'peek'
local answer = asks_grant and { at = 'grant_at', observed = 'grant_observed', checks = 'grant_checks' }
  or { at = 'at', observed = 'observed', checks = 'checks' }

local function stored()
  local slot = redis.call('HMGET', KEYS[2], 'status', 'record', 'wants', answer.at, answer.observed,
    answer.checks, 'trial', 'storm', 'peeked')
  local peeked = table.remove(slot)
  if peeked and not asks_grant then
    slot[3] = peeked
  end
  for i = 1, 8 do
    slot[i] = slot[i] or ''
  end
  return slot
end

local function is_spent(seen, limit)
  return limit > 0 and seen.count >= limit
end

local function refuses(seen)
  local breaker, running = seen.breaker, seen.running
  local resting = now < breaker.openedAtMs + tonumber(ARGV[10])
  if breaker.openedAtMs > 0 and (resting or breaker.trial ~= '') then
    return true
  end
  local cooldown = tonumber(ARGV[8])
  local cooling = seen.settledAtMs > 0 and now < seen.settledAtMs + cooldown
  if cooldown > 0 and (running.run > 0 or cooling) then
    return true
  end
  return seen.executions.count >= tonumber(ARGV[7])
    or seen.attempts.count >= tonumber(ARGV[9])
    or is_spent(seen.budget.global, tonumber(ARGV[19]))
    or is_spent(seen.budget.target, tonumber(ARGV[20]))
    or running.runbook >= tonumber(ARGV[11])
    or running.global >= tonumber(ARGV[12])
    or running.target >= tonumber(ARGV[13])
    or running.namespace >= tonumber(ARGV[14])
    or running.service >= tonumber(ARGV[15])
    or seen.holder ~= ''
end

local before = redis.call('HGET', KEYS[2], 'status')
if before and not (asks_grant and before == 'noted') then
  if before == 'held' then
    redis.call('HSET', KEYS[2], 'asked', ARGV[3])
  end
  return stored()
end

local tidies = tonumber(time[2]) % TIDIES_EVERY == 0
if not asks_grant then
  see(ARGV[#ARGV], ARGV[3], tidies)
end

if ARGV[6] == '' then
  redis.call('HSET', KEYS[2], 'status', 'noted', 'record', ARGV[2], 'at', ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  return { 'first', 'noted', '', '0' }
end

local by_person = ARGV[21] == '1'
local automatic = ARGV[16] == 'reserve' and not by_person
if automatic then
  ask(ARGV[#ARGV], ARGV[3], tidies)
end
local limits = { tonumber(ARGV[7]), tonumber(ARGV[9]), tonumber(ARGV[19]), tonumber(ARGV[20]) }
local seen, held = observe(now, limits[1], limits[2], limits[3], limits[4], SCOPES)
seen.storm = observe_storm(now, automatic, by_person)
local is_refused = storm_refuses(seen.storm, now, tonumber(ARGV[17]), tonumber(ARGV[18])) or refuses(seen)
local status, trial = 'refused', false
if not is_refused then
  status = is_peek and 'noted' or 'held'
end
local observed = cjson.encode(seen)
if asks_grant and is_refused then
  -- A no keeps nothing: what was noted stays noted.
  return { 'first', status, observed, '0' }
end
if status == 'held' then
  trial = seen.breaker.openedAtMs > 0
  charge(ARGV[1], ARGV[3], trial, SCOPES, held, tidies)
end

local told = trial and '1' or '0'
if not before then
  redis.call('HSET', KEYS[2], 'record', ARGV[2])
end
redis.call('HSET', KEYS[2], 'status', status, is_peek and 'peeked' or 'wants', ARGV[6], answer.at, ARGV[3],
  answer.observed, observed, 'trial', told)
-- No timer frees a held slot: a settlement does.
if status ~= 'held' then
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
elseif before then
  redis.call('PERSIST', KEYS[2])
end
return { 'first', status, observed, told }
