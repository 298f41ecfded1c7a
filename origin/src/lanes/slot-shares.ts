/**
 * Slot shares: several sidecars before the same Ollamas together use no more slots than those have. Each lane's slots are
 * divided in Redis by what every sidecar could use now: max-min fair, and what nobody needs is spread as a reserve, so that an
 * idle system begins at once. A sidecar gives back a slot only when it has none running on it; another gets it only then.
 *
 *   lane:<name>   a hash: for each sidecar `wanted granted until` (ms); a message on the channel `lane:<name>` says that
 *                 something was given back, or is wanted
 *
 * Where Redis fails, the last division stays; a sidecar that never reached it uses every slot.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisPool } from '../pools/redis.ts';

export interface SlotShares {
  /** @param wanted slots that it could use now, those in use among them */
  report(lane: string, inUse: number, wanted: number): void;
  /** Who is told how many slots of a lane it may use; once. */
  onGrant(listener: (lane: string, slots: number) => void): void;
  /** Resolves when every lane has been asked for once. */
  readonly ready: Promise<void>;
  /** Gives everything back. */
  close(): Promise<void>;
}

/** While a sidecar asks it starts nothing new, or it might be on a slot that was just given away; but not for longer than this. */
const HOLD_MS = 50;
/** A sidecar that has not been heard of for so long has died, and Ollama has noticed that its clients are gone. */
const TIMES = { renewMs: 1_000, expiresMs: 4_000 };

/**
 * KEYS: the lane. ARGV: own id, in use, wanted (-1: leaves), slots of the lane, ms until expiry, granted before (-1: never).
 * Returns how many slots the sidecar may use, and how many are its fair part.
 */
const DIVIDE = `
local id, inUse, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local slots, life, known = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local members, before, wantedBefore = {}, -1, 0
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local w, g, till = string.match(all[at + 1], '^(%d+) (%d+) (%d+)$')
  if all[at] == id then
    before, wantedBefore = tonumber(g), tonumber(w)
  elseif tonumber(till) < now then
    redis.call('HDEL', KEYS[1], all[at])
  else
    table.insert(members, { id = all[at], wanted = tonumber(w), granted = tonumber(g), part = 0 })
  end
end
if wanted < 0 then
  redis.call('HDEL', KEYS[1], id)
  redis.call('PUBLISH', KEYS[1], id)
  return { 0, 0 }
end
local me = { id = id, wanted = wanted, granted = 0, part = 0 }
table.insert(members, me)
table.sort(members, function(a, b) return a.id < b.id end)
local left, others = slots, 0
for _, member in ipairs(members) do others = others + member.granted end
local function deal(needs)
  local dealt = true
  while left > 0 and dealt do
    dealt = false
    for _, member in ipairs(members) do
      if left > 0 and needs(member) then
        member.part = member.part + 1
        left = left - 1
        dealt = true
      end
    end
  end
end
deal(function(member) return member.part < member.wanted end)
deal(function() return true end)
local granted = math.min(me.part, slots - others)
-- Redis has lost what it knew: until all have come back, nobody gets more than it had.
if before < 0 and known >= 0 then granted = math.min(granted, known) end
granted = math.max(inUse, granted)
redis.call('HSET', KEYS[1], id, string.format('%d %d %d', wanted, granted, now + life))
redis.call('PEXPIRE', KEYS[1], 2 * life)
if granted < before or (wanted > granted and wanted > wantedBefore) then redis.call('PUBLISH', KEYS[1], id) end
return { granted, me.part }`;

interface Share {
  readonly name: string;
  inUse: number;
  wanted: number;
  /** Undefined before the first answer. */
  granted: number | undefined;
  part: number;
  /** What was wanted when it was last asked. */
  askedFor: number;
  asking: boolean;
  /** Something happened while it was asking. */
  again: boolean;
}

/**
 * @param lanes their names, the same in every sidecar
 * @param slots of each lane
 */
export function shareSlots(
  pool: RedisPool,
  lanes: readonly string[],
  slots: number,
  { renewMs, expiresMs } = TIMES,
): SlotShares {
  const id = randomUUID();
  const shares = new Map<string, Share>(
    lanes.map((name) => [
      name,
      { name, inUse: 0, wanted: 0, granted: undefined, part: slots, askedFor: 0, asking: false, again: false },
    ]),
  );
  let tell: (lane: string, slots: number) => void = () => {};
  let closed = false;
  /** Whether Redis answered last time. */
  let answered = true;

  async function ask(share: Share): Promise<void> {
    if (closed) return;
    if (share.asking) {
      share.again = true;
      return;
    }
    share.asking = true;
    share.askedFor = share.wanted;
    const before = share.granted;
    const mayLose = answered && before !== undefined && before > share.inUse;
    if (mayLose) tell(share.name, share.inUse);
    // What is over its part it gives back as its runs end.
    const release = () => tell(share.name, Math.min(share.granted ?? slots, share.part));
    const hold = mayLose ? setTimeout(release, HOLD_MS) : undefined;
    try {
      const args = [id, share.inUse, share.wanted, slots, expiresMs, before ?? -1];
      const answer = await pool.use((redis) => redis.eval(DIVIDE, 1, `lane:${share.name}`, ...args));
      const [granted, part] = answer as [number, number];
      share.part = part;
      share.granted = granted;
      answered = true;
    } catch {
      // The last division stays.
      answered = false;
    } finally {
      clearTimeout(hold);
      share.asking = false;
      release();
      if (share.again) {
        share.again = false;
        void ask(share);
      }
    }
  }

  const lacks = ({ wanted, granted = slots }: Share) => granted < wanted;

  function listen(): Redis {
    const redis = pool.dedicated();
    redis.on('message', (channel: string, from: string) => {
      const share = shares.get(channel.slice('lane:'.length));
      if (share !== undefined && from !== id) void ask(share);
    });
    redis.subscribe(...lanes.map((name) => `lane:${name}`)).catch(() => {});
    return redis;
  }
  const subscriber = listen();
  const ready = Promise.all([...shares.values()].map(ask)).then(() => undefined);
  const timer = setInterval(() => {
    for (const share of shares.values()) void ask(share);
  }, renewMs);
  timer.unref();

  return {
    ready,
    report(lane, inUse, wanted) {
      const share = shares.get(lane);
      if (share === undefined) return;
      const gaveBack = inUse < share.inUse;
      share.inUse = inUse;
      share.wanted = Math.min(wanted, slots);
      const wantsMore = lacks(share) && share.wanted > share.askedFor;
      const hasTooMany = gaveBack && (share.granted ?? slots) > Math.max(inUse, share.part);
      if (wantsMore || hasTooMany) void ask(share);
      else share.askedFor = Math.min(share.askedFor, share.wanted);
    },
    onGrant(listener) {
      tell = listener;
      for (const { name, granted, part } of shares.values())
        if (granted !== undefined) listener(name, Math.min(granted, part));
    },
    async close() {
      closed = true;
      clearInterval(timer);
      subscriber.disconnect();
      const leaving = [...shares.keys()].map((name) =>
        pool.use((redis) => redis.eval(DIVIDE, 1, `lane:${name}`, id, 0, -1, slots, expiresMs, -1)),
      );
      await Promise.allSettled(leaving);
    },
  };
}
