-- What the log says about a decision, into a store that is being rebuilt. Runs behind held-counts, storm and
-- charge-slot.
--
-- KEYS as decide-slot, those of storms where a service is given; KEYS[1] the lease of whoever rebuilds
-- ARGV[1] decision id   ARGV[2] record to keep   ARGV[3] decided at, ms   ARGV[4] the lease that must hold
-- ARGV[5] how long a closed slot is kept, ms   ARGV[6] what was ordered, as JSON; empty: nothing
-- ARGV[7] status   ARGV[8] checks, as JSON   ARGV[9] '1' when it is the trial of a half-open breaker
-- ARGV[10] checks of its grant, as JSON   ARGV[11] granted at, ms; both empty where nobody was asked first
-- ARGV[12] the service; empty: it is not known   ARGV[13] what it counted for towards a storm, as JSON
-- ARGV[14] the same, of the source   ARGV[15] in all; all three empty where it was not to run by itself
-- ARGV[16..21] scopes of held slots, as decide-slot; where something was ordered
--
-- Returns 'not_mine' when somebody else rebuilds by now, otherwise 'stored'. What is stored already stays.

if redis.call('GET', KEYS[1]) ~= ARGV[4] then
  return 'not_mine'
end
if redis.call('EXISTS', KEYS[2]) == 1 then
  return 'stored'
end

redis.call('HSET', KEYS[2], 'status', ARGV[7], 'record', ARGV[2], 'wants', ARGV[6], 'at', ARGV[3],
  'checks', ARGV[8], 'trial', ARGV[9], 'storm', ARGV[13])
if ARGV[12] ~= '' then
  see(ARGV[12], ARGV[3])
end
if ARGV[12] ~= '' and ARGV[13] ~= '' then
  ask(ARGV[12], ARGV[3])
  for i = 0, 1 do
    count_storm(i, read_storm(redis.call('GET', KEYS[STORM + i])), ARGV[14 + i], tonumber(ARGV[3]))
  end
end
local taken_at = ARGV[3]
if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[2], 'grant_checks', ARGV[10], 'grant_at', ARGV[11])
  taken_at = ARGV[11]
end
if ARGV[7] == 'held' then
  charge(ARGV[1], taken_at, ARGV[9] == '1', 16, held_counts(16))
else
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return 'stored'
