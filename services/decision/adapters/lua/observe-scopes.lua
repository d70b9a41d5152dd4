-- Part of decide-slot and look-at-scopes: what every scope holds at this moment, as `Observed` in domain/guardrails/observed.ts.
--
-- KEYS as decide-slot. Numbers are whole milliseconds and counts.

local HOUR_MS, DAY_MS = 3600000, 86400000

-- What began within the span; and, where that is the limit, the one whose leaving makes room.
local function window(key, now, limit, span)
  local since = '(' .. string.format('%.0f', now - span)
  local count = redis.call('ZCOUNT', key, since, '+inf')
  local blocked_by = 0
  if limit > 0 and count >= limit then
    local found = redis.call('ZRANGEBYSCORE', key, since, '+inf', 'WITHSCORES', 'LIMIT', count - limit, 1)
    blocked_by = tonumber(found[2])
  end
  return { count = count, blockedByMs = blocked_by }
end

local function observe(now, max_executions, max_attempts, budget, budget_of_target)
  local breaker = redis.call('HMGET', KEYS[3], 'failures', 'openedAt', 'trial')
  return {
    breaker = {
      failures = tonumber(breaker[1] or 0),
      openedAtMs = tonumber(breaker[2] or 0),
      trial = breaker[3] or '',
    },
    executions = window(KEYS[4], now, max_executions, HOUR_MS),
    attempts = window(KEYS[5], now, max_attempts, HOUR_MS),
    budget = {
      global = window(KEYS[14], now, budget, DAY_MS),
      target = window(KEYS[15], now, budget_of_target, DAY_MS),
    },
    settledAtMs = tonumber(redis.call('GET', KEYS[6]) or 0),
    holder = redis.call('GET', KEYS[7]) or '',
    running = {
      run = redis.call('SCARD', KEYS[8]),
      runbook = redis.call('SCARD', KEYS[9]),
      global = redis.call('SCARD', KEYS[10]),
      target = redis.call('SCARD', KEYS[11]),
      namespace = redis.call('SCARD', KEYS[12]),
      service = redis.call('SCARD', KEYS[13]),
    },
  }
end
