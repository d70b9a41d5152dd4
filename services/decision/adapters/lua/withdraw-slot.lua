-- Takes the right to order from a slot that was taken and, it seems, never ordered. It counts until that is settled.
--
-- KEYS[1] marker of a rebuilt store   KEYS[2] slot of the decision
-- ARGV[1] ms; whoever was told later than this that it is held may still order
--
-- Returns 'not_ready', or the status after it; empty where nothing is known of the decision.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return 'not_ready'
end

local slot = redis.call('HMGET', KEYS[2], 'status', 'at', 'grant_at', 'asked')
local asked = math.max(tonumber(slot[2] or 0), tonumber(slot[3] or 0), tonumber(slot[4] or 0))
if slot[1] ~= 'held' or asked > tonumber(ARGV[1]) then
  return slot[1] or ''
end
redis.call('HSET', KEYS[2], 'status', 'withdrawing')
return 'withdrawing'
