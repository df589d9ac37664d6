/**
 * An entry is a line `KEY TOKEN KEY TOKEN …` of the generations that it depends on, and after it what is
 * served. The token of an entity's own generation begins with its version and a dot, as soon as that is known.
 * What changes something is a script, so that it happens in one step; reading is a plain MGET, which costs
 * Redis half as much.
 */

/** The tokens of the keys from `first` on; those that aren't there are made. ARGV: their life in ms, a new token. */
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

/** KEYS: generations. ARGV: life, a new token. Their tokens. */
export const DEPEND = `${TOKENS}
return tokens(1)
`;

/**
 * KEYS: the entry, the generations it depends on, an entity's own first. ARGV: life, the text, the entity's
 * version or '', the tokens from before the data was read. The bytes that this adds to Redis, at least 1; or 0 if one
 * of them is no longer in force: then the data may be older than a write that was acknowledged. An entity's own may have got a version meanwhile, from
 * another reader: only a higher one is kept, and who read a higher one than is known leaves the next read to load.
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
 * After a write that made of an entity the version ARGV[3]. KEYS: its own generation; the highest version that a write
 * reported; ARGV[4] others that end; those that its entry depends on beside its own. ARGV: life, a new token, version,
 * number, life of the version that was reported.
 *
 * The tokens with which the writer may fill the entry again with what it wrote, or nothing: where a later
 * version has been told of already, or where it isn't known whether one has.
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
