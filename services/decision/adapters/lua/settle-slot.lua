-- The end of an action: its lock is freed, or frozen when nobody knows what happened.
--
-- KEYS[1] marker of a rebuilt store   KEYS[2] slot of the decision   KEYS[3] lock that the slot names
-- ARGV[1] decision id   ARGV[2] '1' to keep the lock   ARGV[3] how long a closed slot is kept, ms
--
-- Returns 'not_ready', or the status after it. Settling again, or what was never stored, is fine: then the
-- slot is a tombstone, and a decision that comes late is not ordered any more.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return 'not_ready'
end

local status = redis.call('HGET', KEYS[2], 'status')
if status == 'noted' or status == 'refused' or status == 'released' then
  return status
end

if ARGV[2] == '1' then
  redis.call('HSET', KEYS[2], 'status', 'frozen')
  return 'frozen'
end

if redis.call('GET', KEYS[3]) == ARGV[1] then
  redis.call('DEL', KEYS[3])
end
redis.call('HSET', KEYS[2], 'status', 'released')
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 'released'
