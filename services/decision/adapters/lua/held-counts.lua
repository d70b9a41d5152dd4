-- Part of the scripts that look at slots, take them or free them: how many each scope holds, in a field of its own
-- of KEYS[8]. As numbers, so that six scopes are one question: whether a slot is among them, its status says.
--
-- `first`: which of ARGV is the first of the six names.

local HELD_SCOPES = 6

local function held_counts(first)
  local counts = redis.call('HMGET', KEYS[8], unpack(ARGV, first, first + HELD_SCOPES - 1))
  for i = 1, HELD_SCOPES do
    counts[i] = tonumber(counts[i] or 0)
  end
  return counts
end

local function hold(first, counts)
  local fields = {}
  for i = 1, HELD_SCOPES do
    fields[2 * i - 1], fields[2 * i] = ARGV[first + i - 1], counts[i] + 1
  end
  redis.call('HSET', KEYS[8], unpack(fields))
end

-- A scope that holds nothing has no field.
local function let_go(first)
  for i, count in ipairs(held_counts(first)) do
    if count > 1 then
      redis.call('HSET', KEYS[8], ARGV[first + i - 1], count - 1)
    else
      redis.call('HDEL', KEYS[8], ARGV[first + i - 1])
    end
  end
end
