-- Opens a store that has been rebuilt, as long as whoever did so still has the lease.
--
-- KEYS[1] lease of the rebuild   KEYS[2] marker of a rebuilt store
-- ARGV[1] the lease that must hold   ARGV[2] state of the server, without a space   ARGV[3] newest opening known, ms
--
-- Returns 'opened', or 'not_mine' when the lease has passed on or everything is gone again. The marker says the
-- state, and when it was written by this server's clock; behind the newest opening in any case.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'not_mine'
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
now = math.max(now, tonumber(ARGV[3]) + 1)
redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. string.format('%.0f', now))
return 'opened'
