/** Proofs: what the cache must show, each in one command. Their options are defaults: the command line changes them. */

export interface Proof {
  readonly about: string;
  /** As on the command line. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
}

export const PROOFS: Readonly<Record<string, Proof>> = {
  faq: {
    about: '1000 people, 10 questions each: no error, P95 < 2 s, at least 95 % hits, at most 1 % wrong',
    options: {
      workload: 'faq',
      users: '1000',
      requests: '10',
      expect: ['errors=0', 'p95<2000', 'hitRate>=0.95', 'wrongHitRate<=0.01'],
    },
  },
  hits: {
    about: '500 requests a second for half a minute, whatever the server does: hits at P99 < 10 ms',
    options: {
      workload: 'faq',
      start: 'hot',
      users: '1000',
      rate: '500',
      duration: '30',
      expect: ['errors=0', 'hitP99<10', 'wrongHitRate<=0.01'],
    },
  },
  stampede: {
    about: '1000 people ask one new prompt within 100 ms: one generation, first tokens within 50 ms of each other',
    options: {
      workload: 'stampede',
      workers: '2',
      users: '1000',
      requests: '1',
      rate: '10000',
      arrivals: 'even',
      start: 'cold',
      expect: ['errors=0', 'wrongHitRate=0', 'unjudgedRate=0', 'generations=1', 'firstSpread<=50'],
    },
  },
  soak: {
    about: 'ten minutes of everything: memory flat, no descriptor left open',
    options: {
      workload: 'mixed',
      users: '200',
      rate: '20',
      // Ten times TinyLlama: what is asked is whether things pile up, not how long people wait.
      'tokens-per-second': '180',
      duration: '600',
      tenants: '2',
      expect: ['errors=0', 'wrongHitRate<=0.01', 'memoryGrowth<=0.1', 'descriptorsLeft<=20'],
    },
  },
};
