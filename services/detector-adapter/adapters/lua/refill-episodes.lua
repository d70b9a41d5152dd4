-- One step of a rebuild, by whoever holds its lease. The store is closed from `begin` to `open`.
--
-- KEYS[1] lease   KEYS[2] marker of a rebuilt store
-- KEYS[3] hash of episodes   KEYS[4] hash: key of each incident   KEYS[5] sorted set: when each is due, ms
-- ARGV[1] the holder's token   ARGV[2] length of the lease, ms
-- ARGV[3] 'begin': empties and closes   'keep': extends the lease   'add': takes episodes in
--         'open': marks the store as rebuilt on this server   'quit': lets go of the lease
-- ARGV[4...] for 'add', four a piece: key, episode, its incident ('' is none), when it is due, ms
--
-- Returns 'ok', or 'lost': somebody else has the lease by now, and nothing was done.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'lost'
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])

local step = ARGV[3]
if step == 'begin' then
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
elseif step == 'add' then
  for i = 4, #ARGV, 4 do
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
    if ARGV[i + 2] ~= '' then
      redis.call('HSET', KEYS[4], ARGV[i + 2], ARGV[i])
    end
    redis.call('ZADD', KEYS[5], ARGV[i + 3], ARGV[i])
  end
elseif step == 'open' then
  redis.call('SET', KEYS[2], string.match(redis.call('INFO', 'server'), 'run_id:(%w+)'))
  redis.call('DEL', KEYS[1])
elseif step == 'quit' then
  redis.call('DEL', KEYS[1])
end
return 'ok'
