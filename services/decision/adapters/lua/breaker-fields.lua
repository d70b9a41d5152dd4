-- Part of settle-slot, reset-breaker and read-breakers: a breaker as RunbookBreaker in domain/guardrails/breaker.ts
-- has it, without its name: {failures, opened at ms, trial, reset at ms}, all of them text.

local function breaker_fields(key)
  local stored = redis.call('HMGET', key, 'failures', 'openedAt', 'trial', 'resetAt')
  return { stored[1] or '0', stored[2] or '0', stored[3] or '', stored[4] or '0' }
end
