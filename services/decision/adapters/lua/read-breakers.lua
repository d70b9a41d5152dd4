-- The breakers of several runbooks, as they are at one moment. Runs behind breaker-fields.
--
-- KEYS[1] marker of a rebuilt store   KEYS[2..] breakers
--
-- Returns {'not_ready'}, or {'read'} and one list for each breaker.

if redis.call('EXISTS', KEYS[1]) == 0 then
  return { 'not_ready' }
end

local answer = { 'read' }
for i = 2, #KEYS do
  answer[i] = breaker_fields(KEYS[i])
end
return answer
