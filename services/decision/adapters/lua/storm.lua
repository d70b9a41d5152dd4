-- Part of decide-slot, refill-slot and read-storms: services seen, services about to be acted on, and storms of them. As
-- domain/guardrails/storm.ts and storm-book.ts.
--
-- KEYS, the last seven: services seen, from the source and from all   services about to be acted on, the same two
-- storm, the same two: when it began and when it was last high, ms   storms that began lately, by their keys
--
-- Windows are kept for twice as long as they are looked back at, so that a clock that is a little behind still sees
-- what it counts. There are as many as there are kinds of sources, so they have no end of their own.

local STORM_WINDOW_MS, SEEN_WINDOW_MS = 60000, 86400000
local HOLD_MS, QUIET_MS = 600000, 300000
-- Beyond its end, which is never further off than this from when it was last high.
local KEEP_STORM_MS = 1200000
local SEEN, ASKED, STORM, BEGUN = #KEYS - 6, #KEYS - 4, #KEYS - 2, #KEYS

local function note(first, service, at, window, tidies)
  for i = first, first + 1 do
    redis.call('ZADD', KEYS[i], 'GT', at, service)
    if tidies then
      redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%d', tonumber(at) - 2 * window))
    end
  end
end

local function see(service, at, tidies)
  note(SEEN, service, at, SEEN_WINDOW_MS, tidies)
end

local function ask(service, at, tidies)
  note(ASKED, service, at, STORM_WINDOW_MS, tidies)
end

local function read_storm(text)
  local started_at, high_at = string.match(text or '', '^(%d+) (%d+)$')
  return { startedAtMs = tonumber(started_at or 0), highAtMs = tonumber(high_at or 0) }
end

local function younger(key, now, window)
  return redis.call('ZCOUNT', key, string.format('(%d', now - window), '+inf')
end

local function observe_storm(now, automatic, by_person)
  local texts = redis.call('MGET', KEYS[STORM], KEYS[STORM + 1])
  local scopes = {}
  for i = 0, 1 do
    local scope = read_storm(texts[i + 1])
    scope.count = younger(KEYS[ASKED + i], now, STORM_WINDOW_MS)
    scope.seen = younger(KEYS[SEEN + i], now, SEEN_WINDOW_MS)
    scopes[i + 1] = scope
  end
  return { automatic = automatic, byPerson = by_person, ofSource = scopes[1], inAll = scopes[2] }
end

local function is_standing(storm, now)
  local ends_at = math.max(storm.startedAtMs + HOLD_MS, storm.highAtMs + STORM_WINDOW_MS + QUIET_MS)
  return storm.startedAtMs > 0 and now < ends_at
end

local function storm_level(scope, now, services, percent)
  local limit = math.max(services, math.floor(scope.seen * percent / 100))
  if is_standing(scope, now) then
    return scope.count * 2 >= limit and 'high' or 'calm'
  end
  return scope.count > limit and 'begins' or 'calm'
end

-- `i`: 0 of the source, 1 of all.
local function count_storm(i, storm, level, at)
  if level == 'calm' then
    return
  end
  local started_at, high_at = storm.startedAtMs, math.max(storm.highAtMs, at)
  if level == 'begins' then
    started_at, high_at = at, at
  end
  local text = string.format('%d %d', started_at, high_at)
  redis.call('SET', KEYS[STORM + i], text, 'PX', KEEP_STORM_MS)
  redis.call('ZADD', KEYS[BEGUN], high_at, KEYS[STORM + i])
  redis.call('ZREMRANGEBYSCORE', KEYS[BEGUN], '-inf', string.format('%d', high_at - KEEP_STORM_MS))
  redis.call('PEXPIRE', KEYS[BEGUN], KEEP_STORM_MS)
end

-- Counts whoever would act by itself, and says whether a storm refuses whoever asks.
local function storm_refuses(seen, now, services, percent)
  local refuses = false
  for i, scope in ipairs({ seen.ofSource, seen.inAll }) do
    refuses = refuses or is_standing(scope, now)
    if seen.automatic then
      local level = storm_level(scope, now, services, percent)
      refuses = refuses or level == 'begins'
      count_storm(i - 1, scope, level, now)
    end
  end
  return refuses and not seen.byPerson
end
