-- Part of decide-slot and refill-slot: takes what a held slot takes, under its decision's id.
--
-- KEYS as decide-slot; KEYS[16] what was taken last, for people; ARGV[6] what is wanted, as JSON. Windows are kept
-- for twice as long as they are looked back at, so that a clock that is a little behind still sees what it counts.

local KEEP_WINDOW_MS = 7200000
local KEEP_DAY_MS, KEEP_RECENT_MS = 172800000, 604800000

local function count(key, id, at, keep)
  redis.call('ZADD', key, at, id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', tonumber(at) - keep))
  redis.call('PEXPIRE', key, keep)
end

local function charge(id, at, trial)
  for i = 4, 5 do
    count(KEYS[i], id, at, KEEP_WINDOW_MS)
  end
  for i = 14, 15 do
    count(KEYS[i], id, at, KEEP_DAY_MS)
  end
  redis.call('SET', KEYS[7], id)
  for i = 8, 13 do
    redis.call('SADD', KEYS[i], id)
  end
  count(KEYS[16], ARGV[6], at, KEEP_RECENT_MS)
  if trial then
    redis.call('HSET', KEYS[3], 'trial', id)
  end
end
