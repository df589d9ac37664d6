/**
 * An entry is a line `KEY TOKEN KEY TOKEN …` of the generations it depends on, followed by the answer. Once known, the
 * version of an entity and a dot precede the token of its own generation. Changes are scripts, which are atomic; reads
 * are plain MGETs, which cost Redis half as much.
 */

/** Returns the tokens of the keys from `first` on and creates missing ones. ARGV: their life in ms, a new token. */
const TOKENS = `
local function tokens(first)
  if first > #KEYS then return {} end
  local found = redis.call('MGET', unpack(KEYS, first))
  for i = 1, #found do
    if not found[i] then
      found[i] = ARGV[2] .. i
      redis.call('SET', KEYS[first + i - 1], found[i], 'PX', ARGV[1])
    end
  end
  return found
end
`;

/** Returns the tokens of the generations KEYS. ARGV: life, a new token. */
export const DEPEND = `${TOKENS}
return tokens(1)
`;

/**
 * Fills an entry. KEYS: the entry, then the generations it depends on, an entity's own first. ARGV: life, the text, the
 * entity's version or '', the tokens taken before the data was read. Returns the bytes added to Redis, at least 1; 0 if
 * a token is no longer in force, since the data may then be older than an acknowledged write. If another reader has
 * meanwhile set the version of the own generation, a lower one is refused, and a higher one makes the next read load.
 */
export const FILL = `
local now = redis.call('MGET', unpack(KEYS, 2))
local version, first, own = tonumber(ARGV[3]), 1, nil
if version then
  first = 2
  local read = string.match(ARGV[4], '[^.]*$')
  own = ARGV[3] .. '.' .. read
  local known, base = string.match(now[1] or '', '^(%d+)%.(.*)$')
  known, base = tonumber(known) or -1, base or now[1]
  if base ~= read or version < known then
    if version > known then redis.call('UNLINK', KEYS[2]) end
    return 0
  end
end
for i = first, #now do
  if now[i] ~= ARGV[i + 3] then return 0 end
end
if version and now[1] ~= own then
  now[1] = own
  redis.call('SET', KEYS[2], own, 'KEEPTTL')
end
local head = {}
for i = 1, #now do
  head[i] = KEYS[i + 1] .. ' ' .. now[i]
  redis.call('PEXPIRE', KEYS[i + 1], 2 * ARGV[1])
end
local entry = table.concat(head, ' ') .. '\\n' .. ARGV[2]
local added = redis.call('EXISTS', KEYS[1]) == 1 and 1 or #KEYS[1] + #entry
redis.call('SET', KEYS[1], entry, 'PX', ARGV[1])
return added
`;

/**
 * Records that a write produced version ARGV[3] of an entity. KEYS: its own generation; the highest version reported by
 * a write; ARGV[4] other generations to end; those that its entry depends on beside its own. ARGV: life, a new token,
 * version, number, life of the reported version. Returns the tokens with which the writer may fill the entry, or false
 * if a later version has been reported or it is unknown whether one has.
 */
export const WRITTEN = `${TOKENS}
local others = tonumber(ARGV[4])
if others > 0 then redis.call('UNLINK', unpack(KEYS, 3, 2 + others)) end
local reported = tonumber(redis.call('GET', KEYS[2]) or -1)
if reported <= tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[5]) end
local own = redis.call('GET', KEYS[1])
local known = own and tonumber(string.match(own, '^(%d+)%.'))
if known and known >= tonumber(ARGV[3]) then return false end
if not known then
  redis.call('UNLINK', KEYS[1])
  return false
end
own = ARGV[3] .. '.' .. ARGV[2]
redis.call('SET', KEYS[1], own, 'PX', ARGV[1])
local all = tokens(3 + others)
table.insert(all, 1, own)
return all
`;
