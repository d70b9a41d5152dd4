-- Part of decide-slot and refill-slot: takes what a held slot takes, under its decision's id. Runs behind held-counts.
--
-- KEYS as decide-slot; ARGV[6] what is wanted, as JSON. Windows are kept for twice as long as they are looked back
-- at, so that a clock that is a little behind still sees what it counts. Those that are few, whatever happens, have
-- no end of their own.

local KEEP_WINDOW_MS = 7200000
local KEEP_DAY_MS, KEEP_RECENT_MS = 172800000, 604800000

-- What nobody looks back at any more only takes room: one in so many makes some.
local TIDIES_EVERY = 16

local function count(key, id, at, keep, tidies)
  redis.call('ZADD', key, at, id)
  if tidies then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%d', tonumber(at) - keep))
  end
end

local function charge(id, at, trial, scopes, counts, tidies)
  for i = 4, 5 do
    count(KEYS[i], id, at, KEEP_WINDOW_MS, tidies)
    redis.call('PEXPIRE', KEYS[i], KEEP_WINDOW_MS)
  end
  for i = 10, 11 do
    count(KEYS[i], id, at, KEEP_DAY_MS, tidies)
  end
  count(KEYS[12], ARGV[6], at, KEEP_RECENT_MS, tidies)
  redis.call('SET', KEYS[7], id)
  redis.call('SADD', KEYS[9], id)
  hold(scopes, counts)
  if trial then
    redis.call('HSET', KEYS[3], 'trial', id)
  end
end
