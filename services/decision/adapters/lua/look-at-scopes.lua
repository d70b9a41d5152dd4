-- What every scope of an action holds at this moment, for people. Takes nothing. Runs behind held-counts and
-- observe-scopes.
--
-- KEYS as decide-slot, of what is wanted
-- ARGV[1] now, ms   ARGV[2] executions an hour   ARGV[3] attempts an hour
-- ARGV[4] actions of a day, of all   ARGV[5] of the target   ARGV[6..11] scopes of held slots, as decide-slot
--
-- Returns {'not_ready'}, or {'seen', `Observed` as JSON}.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_ready' }
end
local seen = observe(tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), 6)
return { 'seen', cjson.encode(seen) }
