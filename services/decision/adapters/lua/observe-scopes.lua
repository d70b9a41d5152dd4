-- Part of decide-slot and look-at-scopes: what every scope holds at this moment, as `Observed` in domain/guardrails/observed.ts.
-- Runs behind held-counts.
--
-- KEYS as decide-slot. Numbers are whole milliseconds and counts.

local HOUR_MS, DAY_MS = 3600000, 86400000

-- What began within the span; and, where that is the limit, the one whose leaving makes room.
local function window(key, now, limit, span)
  local since = string.format('(%d', now - span)
  local count = redis.call('ZCOUNT', key, since, '+inf')
  local blocked_by = 0
  if limit > 0 and count >= limit then
    local found = redis.call('ZRANGEBYSCORE', key, since, '+inf', 'WITHSCORES', 'LIMIT', count - limit, 1)
    blocked_by = tonumber(found[2])
  end
  return { count = count, blockedByMs = blocked_by }
end

-- And, for whoever takes a slot, how many the scopes held.
local function observe(now, max_executions, max_attempts, budget, budget_of_target, scopes)
  local breaker = redis.call('HMGET', KEYS[3], 'failures', 'openedAt', 'trial')
  local single = redis.call('MGET', KEYS[6], KEYS[7])
  local held = held_counts(scopes)
  return {
    breaker = {
      failures = tonumber(breaker[1] or 0),
      openedAtMs = tonumber(breaker[2] or 0),
      trial = breaker[3] or '',
    },
    executions = window(KEYS[4], now, max_executions, HOUR_MS),
    attempts = window(KEYS[5], now, max_attempts, HOUR_MS),
    budget = {
      global = window(KEYS[10], now, budget, DAY_MS),
      target = window(KEYS[11], now, budget_of_target, DAY_MS),
    },
    settledAtMs = tonumber(single[1] or 0),
    holder = single[2] or '',
    running = {
      run = held[1],
      runbook = held[2],
      global = held[3],
      target = held[4],
      namespace = held[5],
      service = held[6],
    },
  }, held
end
