-- The first answer for a decision, together with the exclusive lock on its workload.
--
-- KEYS[1] marker of a rebuilt store   KEYS[2] slot of the decision   KEYS[3] lock of the workload
-- ARGV[1] decision id   ARGV[2] '1' when the lock is wanted   ARGV[3] record to keep
-- ARGV[4] now, ms   ARGV[5] most difference to this server's clock, ms   ARGV[6] how long a closed slot is kept, ms
--
-- Returns {'not_ready'}, {'clock', server ms}, or {status, record, holder}: status is noted, held, refused,
-- released or frozen; holder is the decision that has the lock when refused.
-- Asking again changes nothing and gets the first answer.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_ready' }
end

local time = redis.call('TIME')
local server_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if math.abs(server_ms - tonumber(ARGV[4])) > tonumber(ARGV[5]) then
  return { 'clock', tostring(server_ms) }
end

local stored = redis.call('HMGET', KEYS[2], 'status', 'record', 'holder')
if stored[1] then
  return { stored[1], stored[2] or '', stored[3] or '' }
end

local status, holder = 'noted', ''
if ARGV[2] == '1' then
  holder = redis.call('GET', KEYS[3]) or ''
  if holder == '' then
    status = 'held'
    redis.call('SET', KEYS[3], ARGV[1])
  else
    status = 'refused'
  end
end

redis.call('HSET', KEYS[2], 'status', status, 'record', ARGV[3], 'holder', holder, 'lock', KEYS[3])
-- No timer frees a held slot: a settlement does.
if status ~= 'held' then
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
return { status, ARGV[3], holder }
