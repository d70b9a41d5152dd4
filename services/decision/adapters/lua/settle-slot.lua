-- The end of an action: what it held is freed, what it counts for is counted, or it is frozen when nobody knows.
--
-- KEYS as decide-slot, of what the slot wants; KEYS[1] marker of a rebuilt store, or the lease of a rebuild
-- ARGV[1] decision id   ARGV[2] value that KEYS[1] must have; empty: any   ARGV[3] what KEYS were made from, as the
-- slot has it   ARGV[4] none, succeeded, failed or unknown   ARGV[5] settled at, ms
-- ARGV[6] failures that open the breaker   ARGV[7] how long a closed slot is kept, ms
-- ARGV[8] how long the last settlement is kept, ms   ARGV[9..14] scopes of held slots, as decide-slot
--
-- Returns {'not_ready'}, {'again'} when KEYS are not those of the slot, or {status after it} and, of what wants
-- something, the breaker after it as read-breakers has it. Settling again, or what was never stored, is fine: then
-- the slot is a tombstone, and a decision that comes late is not ordered. Runs behind breaker-fields
-- and held-counts.

local marker = redis.call('GET', KEYS[1])
if not marker or (ARGV[2] ~= '' and marker ~= ARGV[2]) then
  return { 'not_ready' }
end

local function breaker_after()
  return KEYS[3] and breaker_fields(KEYS[3]) or {}
end

local slot = redis.call('HMGET', KEYS[2], 'status', 'wants')
local status = slot[1]
if status == 'noted' or status == 'refused' then
  return { status }
end
if status == 'released' or status == 'withdrawn' then
  return { status, unpack(breaker_after()) }
end
if (slot[2] or '') ~= ARGV[3] then
  return { 'again' }
end

local id, outcome, at = ARGV[1], ARGV[4], tonumber(ARGV[5])

-- As settleBreaker in domain/guardrails/breaker.ts.
local function settle_breaker()
  local stored = redis.call('HMGET', KEYS[3], 'failures', 'openedAt', 'trial', 'resetAt')
  -- What a person has reset counts only from then on.
  if at <= tonumber(stored[4] or 0) then
    return
  end
  local failures, opened_at, trial = tonumber(stored[1] or 0), tonumber(stored[2] or 0), stored[3] or ''
  local is_trial = trial == id
  if is_trial and outcome == 'none' then
    redis.call('HSET', KEYS[3], 'trial', '')
  elseif outcome == 'none' or (opened_at > 0 and not is_trial) then
    return
  elseif outcome == 'succeeded' then
    redis.call('HDEL', KEYS[3], 'failures', 'openedAt', 'trial')
  elseif is_trial then
    redis.call('HSET', KEYS[3], 'openedAt', ARGV[5], 'trial', '')
  else
    local opens = failures + 1 >= tonumber(ARGV[6])
    redis.call('HSET', KEYS[3], 'failures', failures + 1, 'openedAt', opens and ARGV[5] or '0', 'trial', '')
  end
end

local function settle_held()
  let_go(9)
  redis.call('SREM', KEYS[9], id)
  if outcome == 'none' then
    redis.call('ZREM', KEYS[4], id)
    redis.call('ZREM', KEYS[5], id)
    redis.call('ZREM', KEYS[10], id)
    redis.call('ZREM', KEYS[11], id)
  elseif at > tonumber(redis.call('GET', KEYS[6]) or 0) then
    redis.call('SET', KEYS[6], ARGV[5], 'PX', ARGV[8])
  end
  settle_breaker()
end

if status == 'held' or status == 'withdrawing' then
  settle_held()
end

if outcome == 'unknown' then
  redis.call('HSET', KEYS[2], 'status', 'frozen')
  return { 'frozen', unpack(breaker_after()) }
end

if ARGV[3] ~= '' and redis.call('GET', KEYS[7]) == id then
  redis.call('DEL', KEYS[7])
end
local ended = status == 'withdrawing' and outcome == 'none' and 'withdrawn' or 'released'
redis.call('HSET', KEYS[2], 'status', ended)
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return { ended, unpack(breaker_after()) }
