/** Tally: everything that is counted while samples come in. */
import { type Latencies, latencies } from './histogram.ts';
import { OUTCOMES, type Outcome, type Sample, SERVED, STORED } from './sample.ts';
import { type Truth, truths } from './truth.ts';

export interface OutcomeTally {
  /** To the first piece and to the last byte; answers only, no errors. */
  readonly first: Latencies;
  readonly last: Latencies;
  tokens: number;
}

/** One second of the run, by when requests ended. */
export interface Second {
  readonly counts: Record<Outcome, number>;
  errors: number;
  readonly last: Latencies;
}

export interface Tally {
  add(sample: Sample): void;
  /** A request of the warm start: teaches the truth, counts for nothing. */
  learn(sample: Sample): void;
  readonly all: OutcomeTally;
  /** What came from what was stored. */
  readonly stored: OutcomeTally;
  readonly by: ReadonlyMap<Outcome, OutcomeTally>;
  /** Why → how often. */
  readonly errors: ReadonlyMap<string, number>;
  readonly failed: number;
  readonly requests: number;
  readonly bytes: number;
  /** Tokens of answers that were not generated for their request. */
  readonly tokensServed: number;
  /** How late requests were sent. */
  readonly late: Latencies;
  readonly seconds: readonly Second[];
  readonly truth: Truth;
  /** When the last request ended, ms since the run began. */
  readonly endedAt: number;
  /** Ms from the first first piece to the last one. */
  readonly firstSpread: number;
}

const outcomeTally = (): OutcomeTally => ({ first: latencies(), last: latencies(), tokens: 0 });
const noCounts = () => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

export function tally(): Tally {
  const by = new Map<Outcome, OutcomeTally>();
  const all = outcomeTally();
  const stored = outcomeTally();
  const late = latencies();
  const errors = new Map<string, number>();
  const seconds: Second[] = [];
  const truth = truths();
  let [failed, requests, bytes, tokensServed, endedAt] = [0, 0, 0, 0, 0];
  let [earliest, latest] = [Number.POSITIVE_INFINITY, 0];

  function secondOf(ms: number): Second {
    const at = Math.max(0, Math.floor(ms / 1000));
    while (seconds.length <= at) seconds.push({ counts: noCounts(), errors: 0, last: latencies(2) });
    return seconds[at] as Second;
  }

  function tallyOf(outcome: Outcome): OutcomeTally {
    const known = by.get(outcome) ?? outcomeTally();
    by.set(outcome, known);
    return known;
  }

  function answered(sample: Sample, into: OutcomeTally): void {
    if (sample.first !== undefined) into.first.add(sample.first);
    into.last.add(sample.last);
    into.tokens += sample.tokens;
  }

  return {
    add(sample) {
      requests += 1;
      bytes += sample.bytes;
      late.add(sample.late);
      const ended = sample.due + sample.last;
      endedAt = Math.max(endedAt, ended);
      const second = secondOf(ended);
      if (sample.error !== undefined) {
        failed += 1;
        second.errors += 1;
        errors.set(sample.error, (errors.get(sample.error) ?? 0) + 1);
        return;
      }
      if (sample.first !== undefined) {
        earliest = Math.min(earliest, sample.due + sample.first);
        latest = Math.max(latest, sample.due + sample.first);
      }
      second.counts[sample.outcome] += 1;
      second.last.add(sample.last);
      if (SERVED.has(sample.outcome)) tokensServed += sample.tokens;
      if (STORED.has(sample.outcome)) answered(sample, stored);
      answered(sample, all);
      answered(sample, tallyOf(sample.outcome));
      truth.add(sample);
    },
    learn(sample) {
      // An exact hit's words belong to its question, whenever they were generated; a semantic one's may be another's.
      if (sample.outcome !== 'SEMANTIC') truth.add({ ...sample, outcome: 'MISS' });
    },
    all,
    stored,
    by,
    errors,
    late,
    seconds,
    truth,
    get failed() {
      return failed;
    },
    get requests() {
      return requests;
    },
    get bytes() {
      return bytes;
    },
    get tokensServed() {
      return tokensServed;
    },
    get endedAt() {
      return endedAt;
    },
    get firstSpread() {
      return Math.max(0, latest - earliest);
    },
  };
}
