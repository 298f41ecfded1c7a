/**
 * The waiting tickets: strictly by priority, and within a priority deficit round robin between tenants (Shreedhar & Varghese,
 * 1995), counted in tokens: who asks for long answers has fewer turns, who sends many requests does not push others back.
 */
import { PRIORITIES, type Priority, type Ticket } from './ticket.ts';

/** Tokens that a tenant's turn is worth: a short request or two. A larger one lets many short requests of one go in a row. */
const QUANTUM = 64;
/** A ticket that others have overtaken this often goes next in its tenant's turn, whatever fits better. */
const MAX_OVERTAKEN = 8;

interface Line {
  readonly tenant: string;
  deficit: number;
  readonly tickets: Ticket[];
}

export interface FairQueue {
  readonly size: number;
  /** @param front a ticket that comes back keeps its place before the others of its tenant */
  add(ticket: Ticket, front?: boolean): void;
  /**
   * Takes the next ticket out.
   * @param rate how well a ticket suits what is free: undefined not at all, else the higher the better
   * @param horizon how many tickets of a tenant's line that suit at all are compared
   */
  take(rate: (ticket: Ticket) => number | undefined, horizon: number): Ticket | undefined;
  remove(id: number): Ticket | undefined;
  /** Takes out every ticket that `matches`, at most `limit`. */
  removeWhere(matches: (ticket: Ticket) => boolean, limit?: number): readonly Ticket[];
  /** The newest ticket of the lowest priority below `priority`. */
  newestBelow(priority: Priority): Ticket | undefined;
  /** Waiting tickets of this priority and those before it. */
  ahead(priority: Priority): number;
  /** Evens out an estimate: `tokens` more (or fewer, below zero) than a ticket of this tenant was counted as. */
  charge(tenant: string, priority: Priority, tokens: number): void;
  [Symbol.iterator](): Iterator<Ticket>;
}

export function createFairQueue(): FairQueue {
  /** For each priority the tenants that wait, the one whose turn it is first. */
  const rings = new Map<Priority, Line[]>(PRIORITIES.map((priority) => [priority, []]));
  const overtaken = new Map<number, number>();
  let size = 0;

  const ring = (priority: Priority) => rings.get(priority) as Line[];

  function drop(priority: Priority, line: Line, index: number): Ticket | undefined {
    const [ticket] = line.tickets.splice(index, 1);
    if (ticket === undefined) return undefined;
    overtaken.delete(ticket.id);
    size -= 1;
    if (line.tickets.length === 0) {
      const lines = ring(priority);
      lines.splice(lines.indexOf(line), 1);
    }
    return ticket;
  }

  /** Index of the ticket that this line would send; -1 if none suits. */
  function best(line: Line, rate: (ticket: Ticket) => number | undefined, horizon: number): number {
    let chosen = -1;
    let highest = Number.NEGATIVE_INFINITY;
    let compared = 0;
    for (let index = 0; index < line.tickets.length && compared < horizon; index += 1) {
      const ticket = line.tickets[index] as Ticket;
      const suits = rate(ticket);
      if (suits === undefined) continue;
      compared += 1;
      if ((overtaken.get(ticket.id) ?? 0) >= MAX_OVERTAKEN) return index;
      if (suits > highest) {
        highest = suits;
        chosen = index;
      }
    }
    return chosen;
  }

  function takeOf(
    priority: Priority,
    rate: (ticket: Ticket) => number | undefined,
    horizon: number,
  ): Ticket | undefined {
    const lines = ring(priority);
    let winner: { position: number; index: number; rounds: number } | undefined;
    for (const [position, line] of lines.entries()) {
      const index = best(line, rate, horizon);
      if (index < 0) continue;
      const missing = (line.tickets[index] as Ticket).cost - line.deficit;
      const rounds = Math.max(0, Math.ceil(missing / QUANTUM));
      if (winner === undefined || rounds < winner.rounds) winner = { position, index, rounds };
      if (rounds === 0) break;
    }
    if (winner === undefined) return undefined;

    const line = lines[winner.position] as Line;
    // As if the turn had gone round: everyone before the winner was offered one turn more than those behind it.
    for (const [position, other] of lines.entries())
      other.deficit += QUANTUM * Math.max(0, position <= winner.position ? winner.rounds : winner.rounds - 1);
    for (let index = 0; index < winner.index; index += 1) {
      const { id } = line.tickets[index] as Ticket;
      overtaken.set(id, (overtaken.get(id) ?? 0) + 1);
    }
    lines.push(...lines.splice(0, winner.position));
    const ticket = drop(priority, line, winner.index);
    line.deficit -= ticket?.cost ?? 0;
    const next = line.tickets[0];
    if (next !== undefined && next.cost > line.deficit) lines.push(...lines.splice(0, 1));
    return ticket;
  }

  function removeWhere(matches: (ticket: Ticket) => boolean, limit = Number.POSITIVE_INFINITY): Ticket[] {
    const removed: Ticket[] = [];
    for (const priority of PRIORITIES)
      for (const line of [...ring(priority)])
        for (let index = 0; index < line.tickets.length && removed.length < limit; ) {
          const ticket = line.tickets[index] as Ticket;
          if (matches(ticket)) {
            drop(priority, line, index);
            removed.push(ticket);
          } else index += 1;
        }
    return removed;
  }

  return {
    get size() {
      return size;
    },
    add(ticket, front = false) {
      const lines = ring(ticket.priority);
      let line = lines.find(({ tenant }) => tenant === ticket.tenant);
      if (line === undefined) {
        line = { tenant: ticket.tenant, deficit: 0, tickets: [] };
        lines.push(line);
      }
      if (front) line.tickets.unshift(ticket);
      else line.tickets.push(ticket);
      size += 1;
    },
    take(rate, horizon) {
      for (const priority of PRIORITIES) {
        const ticket = takeOf(priority, rate, horizon);
        if (ticket !== undefined) return ticket;
      }
      return undefined;
    },
    remove: (id) => removeWhere((ticket) => ticket.id === id, 1)[0],
    removeWhere,
    newestBelow(priority) {
      for (const lower of PRIORITIES.slice(PRIORITIES.indexOf(priority) + 1).reverse()) {
        let newest: Ticket | undefined;
        for (const { tickets } of ring(lower)) {
          const last = tickets.at(-1);
          if (last !== undefined && (newest === undefined || last.since > newest.since)) newest = last;
        }
        if (newest !== undefined) return newest;
      }
      return undefined;
    },
    ahead(priority) {
      let count = 0;
      for (const before of PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1))
        for (const { tickets } of ring(before)) count += tickets.length;
      return count;
    },
    charge(tenant, priority, tokens) {
      const line = ring(priority).find((waiting) => waiting.tenant === tenant);
      if (line !== undefined) line.deficit -= tokens;
    },
    *[Symbol.iterator]() {
      for (const priority of PRIORITIES) for (const { tickets } of ring(priority)) yield* tickets;
    },
  };
}
