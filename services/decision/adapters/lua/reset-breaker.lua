-- A person has looked: the breaker is closed, without failures and without a trial. Runs behind breaker-fields.
--
-- KEYS[1] marker of a rebuilt store, or the lease of a rebuild   KEYS[2] breaker of the runbook
-- ARGV[1] value that KEYS[1] must have; empty: any   ARGV[2] reset at, ms
--
-- Returns {'not_ready'}, or {'reset'} and the breaker after it. What is older than the last reset changes nothing,
-- and what has opened the breaker since then is a reason of its own.

local marker = redis.call('GET', KEYS[1])
if not marker or (ARGV[1] ~= '' and marker ~= ARGV[1]) then
  return { 'not_ready' }
end

local at = tonumber(ARGV[2])
local stored = redis.call('HMGET', KEYS[2], 'openedAt', 'resetAt')
if at > tonumber(stored[2] or 0) then
  if tonumber(stored[1] or 0) <= at then
    redis.call('HDEL', KEYS[2], 'failures', 'openedAt', 'trial')
  end
  redis.call('HSET', KEYS[2], 'resetAt', ARGV[2])
end
return { 'reset', unpack(breaker_fields(KEYS[2])) }
