-- Several storms, with what is counted for each at one moment, for people. Takes nothing. Runs behind storm.
--
-- KEYS[1] marker of a rebuilt store   behind it three for each storm: services seen, services about to be acted on, and
-- when it began and was last high
-- ARGV[1] now, ms
--
-- Returns {'not_ready'}, or {'read'} and one `StormScope` as JSON for each storm.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_ready' }
end

local now = tonumber(ARGV[1])
local answer = { 'read' }
for i = 2, #KEYS, 3 do
  local scope = read_storm(redis.call('GET', KEYS[i + 2]))
  scope.seen = younger(KEYS[i], now, SEEN_WINDOW_MS)
  scope.count = younger(KEYS[i + 1], now, STORM_WINDOW_MS)
  answer[#answer + 1] = cjson.encode(scope)
end
return answer
