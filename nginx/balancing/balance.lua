-- BALANCING=response-time. Draws two API workers at random (the power of two choices, Mitzenmacher 2001) and picks the
-- one with the lower average response time times open requests (Finagle's "Peak EWMA"; only a failure makes the average
-- jump, since a long answer says more about the route than about the worker). With more than two, all NGINX processes
-- would pick the same one.

local balancer = require("ngx.balancer")

local DECAY = 5 -- seconds after which an observation weighs 1/e; a slow worker waits 3 or 4 times this for its next try
local SLOW = 1 -- seconds to which a failure raises the average, at least
-- An error counts as this many usual answers, so that a worker that fails at once is not the fastest. It gets fewer
-- requests but never none, since a client may provoke errors (503: its passwords fill the queue).
local ERROR = 3
local FLOOR = 0.001 -- seconds: NGINX measures in milliseconds, and 0 times any load would be 0
-- Same meaning as max_fails and fail_timeout (seconds) of NGINX's own methods: of this host, and of others.
local MAX_FAILS, OWN_TIMEOUT, OTHER_TIMEOUT = 3, 2, 5

-- NGINX's processes share averages and failures; of two simultaneous updates one may be lost, which an average can
-- bear. Each process counts its own open requests, so that one that is killed leaves no count behind.
local shared = ngx.shared.balancing
local peers, peer_named

local function new_peer(name)
  -- An IPv6 address keeps its brackets.
  local host, port = name:match("^(.+):(%d+)$")
  local peer = { name = name, host = host, port = tonumber(port), under_way = 0 }
  peer.fail_timeout = host == "127.0.0.1" and OWN_TIMEOUT or OTHER_TIMEOUT
  for _, key in ipairs({ "average", "at", "fails", "down", "failed", "usual" }) do
    peer[key] = key .. " " .. name
  end
  return peer
end

-- Takes addresses with ports; those that were known keep their open requests.
local function take_list(names)
  local before = peer_named or {}
  peers, peer_named = {}, {}
  for name in names:gmatch("%S+") do
    local peer = before[name] or new_peer(name)
    peers[#peers + 1], peer_named[name] = peer, peer
  end
end

local function read_list()
  -- Without a seed each NGINX process would draw the same numbers.
  math.randomseed(ngx.worker.pid())
  local listed = ngx.var.api_peers
  local has_name = false
  for host in listed:gmatch("(%S+):%d+") do
    has_name = has_name or host:find("^[%d.]+$") == nil and host:sub(1, 1) ~= "["
  end
  if has_name then
    -- Empty until the first look.
    take_list("")
    require("names").watch(listed, take_list)
  else
    take_list(listed)
  end
end

local function weight(peer, now)
  return math.exp(-math.max(now - (shared:get(peer.at) or 0), 0) / DECAY)
end

-- In seconds; falls while a worker gets no requests, so that a slow one gets another try. Nil if not known.
local function average(peer, now)
  local value = shared:get(peer.average)
  return value and value * weight(peer, now)
end

-- Mean of the known averages: a neutral value for a worker without one, such as one that has just started.
local function mean(now)
  local sum, count = 0, 0
  for _, peer in ipairs(peers) do
    local value = average(peer, now)
    if value then sum, count = sum + value, count + 1 end
  end
  return count > 0 and sum / count or nil
end

local function score(peer, now)
  local seconds = average(peer, now) or mean(now) or 0
  return math.max(seconds, FLOOR) * (peer.under_way + 1)
end

-- Updates the average, to at least `least` seconds.
local function observe(peer, seconds, least)
  local now = ngx.now()
  local old = average(peer, now)
  -- The slow first answer of a cold worker does not count against it.
  local new = old and old + seconds * (1 - weight(peer, now)) or math.min(mean(now) or seconds, seconds)
  shared:set(peer.average, math.max(new, least or 0))
  shared:set(peer.at, now)
end

-- Passes the worker over for a while, after which it counts as new. A worker without an average needs only one failure:
-- most listed ports may be idle, and each is probed repeatedly.
local function note_failure(peer)
  local fails = shared:incr(peer.fails, 1, 0, peer.fail_timeout) or MAX_FAILS
  if shared:get(peer.average) and fails < MAX_FAILS then return observe(peer, SLOW, SLOW) end
  shared:set(peer.failed, true)
  shared:set(peer.down, true, peer.fail_timeout)
  shared:delete(peer.average)
end

-- Only one request tries a worker that has failed: if its host vanished, each try takes the time-out of a connection.
local function begin_try(peer)
  if shared:get(peer.failed) then shared:set(peer.down, true, peer.fail_timeout) end
end

local function end_try(peer)
  if not shared:get(peer.failed) then return end
  shared:delete(peer.failed)
  shared:delete(peer.down)
end

local function usable(tried, also_down)
  local found = {}
  for _, peer in ipairs(peers) do
    if not tried[peer] and (also_down or not shared:get(peer.down)) then found[#found + 1] = peer end
  end
  return found
end

local function better_of_two(found)
  local first = math.random(#found)
  if #found == 1 then return found[first] end
  local second = math.random(#found - 1)
  if second >= first then second = second + 1 end
  local one, other, now = found[first], found[second], ngx.now()
  return score(one, now) <= score(other, now) and one or other
end

local M = {}

-- Picks a worker for each try of a request. NGINX decides whether there is another try (proxy_next_upstream), and
-- allows as many as it lists servers.
function M.choose()
  if not peers then read_list() end
  local tried = {}
  if balancer.get_last_failure() then
    for name in ngx.var.upstream_addr:gmatch("[^%s,]+") do
      if peer_named[name] then tried[peer_named[name]] = true end
    end
  end
  -- Without a peer NGINX falls back on its round robin.
  if #peers == 0 then return end
  -- NGINX itself allows as many tries as it lists servers, and a name counts as one.
  if not balancer.get_last_failure() then balancer.set_more_tries(#peers) end
  local found = usable(tried, false)
  if #found == 0 then found = usable(tried, true) end
  local peer = better_of_two(#found > 0 and found or peers)
  local ok, problem = balancer.set_current_peer(peer.host, peer.port)
  if not ok then return ngx.log(ngx.ERR, problem) end
  peer.under_way = peer.under_way + 1
  begin_try(peer)
end

-- Picks the internal port of a worker, for the metrics.
function M.choose_door()
  if not peers then read_list() end
  if #peers == 0 then return end
  if not balancer.get_last_failure() then balancer.set_more_tries(#peers) end
  -- The next one at each try.
  ngx.ctx.door = (ngx.ctx.door or math.random(#peers)) % #peers + 1
  local peer = peers[ngx.ctx.door]
  balancer.set_current_peer(peer.host, peer.port + 1000)
end

-- Mean seconds of an answer without error over all workers; errors do not affect it.
local function usual()
  local sum, count = 0, 0
  for _, peer in ipairs(peers) do
    local value = shared:get(peer.usual)
    if value then sum, count = sum + value, count + 1 end
  end
  return count > 0 and sum / count or 0
end

local function observe_answer(peer, seconds)
  local old = shared:get(peer.usual)
  shared:set(peer.usual, old and old + (seconds - old) / 10 or seconds)
  observe(peer, seconds)
end

-- Counts the error as open for as long as it is counted to have taken. The average only moves towards the usual one:
-- a raised average would keep the worker from all other clients for seconds.
local function observe_error(peer, seconds)
  local counted = math.max(seconds, math.min(ERROR * usual(), SLOW))
  observe(peer, math.max(seconds, usual()))
  peer.under_way = peer.under_way + 1
  local function is_over() peer.under_way = math.max(peer.under_way - 1, 0) end
  if not ngx.timer.at(counted - seconds, is_over) then is_over() end
end

local function each(list)
  return (list or ""):gmatch("[^%s,]+")
end

-- Runs when a request is over. NGINX's variables have an entry for each try and, unlike ngx.ctx, outlive the jump to
-- an error page.
function M.learn()
  local names = ngx.var.upstream_addr
  if not (names and peers) then return end
  local next_status, next_seconds = each(ngx.var.upstream_status), each(ngx.var.upstream_response_time)
  local next_header, next_connect = each(ngx.var.upstream_header_time), each(ngx.var.upstream_connect_time)
  for name in each(names) do
    local status, seconds = tonumber((next_status())), tonumber((next_seconds()))
    -- A status of NGINX's own has no header time: the worker refused or closed the connection, or was too late.
    local has_answered = tonumber((next_header())) ~= nil
    local has_connected = tonumber((next_connect())) ~= nil
    local peer = peer_named[name]
    if peer then
      peer.under_way = math.max(peer.under_way - 1, 0)
      -- A draining worker answers 503 there.
      if (status == 502 and not has_answered) or (status == 504 and not has_connected)
        or (status == 503 and ngx.var.uri == "/health/serving") then
        note_failure(peer)
      elseif status and seconds then
        if has_answered then end_try(peer) end
        if not has_answered then
          observe(peer, seconds, math.max(seconds, SLOW))
        elseif status >= 500 then
          observe_error(peer, seconds)
        else
          observe_answer(peer, seconds)
        end
      end
    end
  end
end

return M
