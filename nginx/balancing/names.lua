-- Keeps the addresses of the names in API_PEERS. NGINX with Lua resolves no names while it runs, and in containers `api`
-- has an address for each container.

local resolver = require("nginx.dns.resolver")

local NAMESERVER = "127.0.0.11" -- of the container engine
local EVERY = 1 -- seconds
local TIMEOUT = 1000 -- milliseconds

local M = {}

local function addresses(name)
  local dns = resolver:new({ nameservers = { NAMESERVER }, retrans = 2, timeout = TIMEOUT })
  local answers = dns and dns:query(name, { qtype = resolver.TYPE_A })
  local found = {}
  for _, answer in ipairs(answers or {}) do found[#found + 1] = answer.address end
  return found
end

-- Calls `take` with addresses and ports, at first and after each change. Keeps the last ones if a name has no address.
function M.watch(listed, take)
  local last
  local function look(is_over)
    if is_over then return end
    local known, found = {}, {}
    for name, port in listed:gmatch("(%S+):(%d+)") do
      known[name] = known[name] or addresses(name)
      for _, address in ipairs(known[name]) do found[#found + 1] = address .. ":" .. port end
      if #known[name] == 0 then return end
    end
    table.sort(found)
    local text = table.concat(found, " ")
    if text ~= last then take(text) end
    last = text
  end
  ngx.timer.at(0, look)
  ngx.timer.every(EVERY, look)
end

return M
