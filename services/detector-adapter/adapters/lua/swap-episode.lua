-- Puts an episode in the place of the one that its successor was computed from, or says what is there now.
--
-- KEYS[1] marker of a rebuilt store: the run id of the server it was rebuilt on
-- KEYS[2] hash of episodes   KEYS[3] hash: key of each incident   KEYS[4] sorted set: when each is due, ms
-- ARGV[1] key of the episode   ARGV[2] what it was   ARGV[3] what it is to be; '' is none, in both
-- ARGV[4] incident that it was about   ARGV[5] incident that it is to be about; '' is none, in both
-- ARGV[6] when it will be due, ms   ARGV[7] now, ms   ARGV[8] most difference to this server's clock, ms
--
-- Returns {'not_ready'}, {'clock', server ms}, {'moved', what it is}, or {'ok'}. Only 'ok' changes anything.

-- A server that came up again may carry old data and an old marker, but not the old run id.
local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if redis.call('GET', KEYS[1]) ~= run_id then
  return { 'not_ready' }
end

local time = redis.call('TIME')
local server_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if math.abs(server_ms - tonumber(ARGV[7])) > tonumber(ARGV[8]) then
  return { 'clock', tostring(server_ms) }
end

local stored = redis.call('HGET', KEYS[2], ARGV[1]) or ''
if stored ~= ARGV[2] then
  return { 'moved', stored }
end
if ARGV[2] == ARGV[3] then
  return { 'ok' }
end

if ARGV[4] ~= '' and ARGV[4] ~= ARGV[5] then
  redis.call('HDEL', KEYS[3], ARGV[4])
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  return { 'ok' }
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[6], ARGV[1])
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[5], ARGV[1])
end
return { 'ok' }
