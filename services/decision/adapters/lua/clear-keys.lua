-- Deletes keys of a store that is being rebuilt, the lease among them where it is named.
--
-- KEYS[1] lease of the rebuild   KEYS[2..] what is deleted
-- ARGV[1] the lease that must hold
--
-- Returns 'not_mine' when somebody else rebuilds by now, otherwise 'cleared'.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'not_mine'
end
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
end
return 'cleared'
