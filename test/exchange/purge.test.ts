import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverageOf,
  MAX_PURGES,
  mergePurges,
  type Purge,
  type PurgeList,
  type Selector,
  type Subject,
} from '../../src/exchange/purge.ts';
import { readPurge } from '../../src/exchange/purge-request.ts';

const NOW = 1_800_000_000_000;

/** The definition, without any index. */
function naive(list: PurgeList, dated: Subject & { storedAt: number }): boolean {
  return list.some(
    ({ selector, before }) =>
      dated.storedAt < before &&
      (['key', 'tenant', 'namespace', 'model'] as const).every(
        (field) => selector[field] === undefined || selector[field] === dated[field],
      ) &&
      (selector.tag === undefined || dated.tags.includes(selector.tag)),
  );
}

const word = fc.constantFrom('a', 'b', 'c\nd', '');
const time = fc.integer({ min: NOW - 50, max: NOW });
const selector: fc.Arbitrary<Selector> = fc.record(
  { key: word, tenant: word, namespace: word, model: word, tag: word },
  { requiredKeys: [] },
);
const purges = fc.array(fc.record({ selector, before: time }), { maxLength: 12 });
const dated = fc.record({
  key: word,
  tenant: word,
  namespace: word,
  model: word,
  tags: fc.array(word, { maxLength: 3 }),
  storedAt: time,
});

describe('a list of purges', () => {
  it('covers what the definition says', () => {
    fc.assert(
      fc.property(purges, dated, (list, one) => {
        expect(coverageOf(mergePurges(list, [], NOW)).covers(one)).toBe(naive(list, one));
      }),
      { numRuns: 1_000 },
    );
  });

  it('says the same however often and in whatever order lists are merged', () => {
    const sorted = (list: PurgeList) => [...list].sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
    fc.assert(
      fc.property(purges, purges, purges, (a, b, c) => {
        const one = mergePurges(mergePurges(a, b, NOW), c, NOW);
        const other = mergePurges(c, mergePurges(b, mergePurges(a, b, NOW), NOW), NOW);
        expect(sorted(one)).toEqual(sorted(other));
      }),
    );
  });

  it('stays within its bound and never forgets a purge', () => {
    const many: Purge[] = Array.from({ length: 3 * MAX_PURGES }, (_, at) => ({
      selector: { key: `k${at}` },
      before: NOW - 10_000 + at,
    }));
    let list: PurgeList = [];
    for (const purge of many) {
      list = mergePurges(list, [purge], NOW);
      expect(list.length).toBeLessThanOrEqual(MAX_PURGES);
    }
    const { covers } = coverageOf(list);
    const of = (key: string, storedAt: number) => ({ key, tenant: '', namespace: '', model: '', tags: [], storedAt });
    for (const {
      selector: { key = '' },
      before,
    } of many)
      expect(covers(of(key, before - 1))).toBe(true);
    expect(covers(of('k2999', NOW))).toBe(false);
    expect(covers(of('another', NOW - 5_000))).toBe(false);
  });

  it('lets go of purges that are older than anything can be', () => {
    const ages = 3 * 366 * 86_400_000;
    expect(mergePurges([{ selector: { key: 'k' }, before: NOW - ages }], [], NOW)).toEqual([]);
  });
});

describe('what an operator may ask to be purged', () => {
  const refusal = (body: object) => {
    const read = readPurge(body as Record<string, string>, NOW);
    return read.ok ? undefined : read.fault.message;
  };

  it('takes selectors together, times in two forms, and all only in so many words', () => {
    const purge = (body: object) => {
      const read = readPurge(body as Record<string, string>, NOW);
      return read.ok ? read.purge : read.fault.message;
    };
    expect(purge({ model: 'Llama3', tenant: 'acme' })).toEqual({
      selector: { model: 'llama3:latest', tenant: 'acme' },
      before: NOW + 1,
    });
    expect(purge({ all: true })).toEqual({ selector: {}, before: NOW + 1 });
    expect(purge({ namespace: '' })).toEqual({ selector: { namespace: '' }, before: NOW + 1 });
    expect(purge({ before: '2026-11-01T00:00:00Z' })).toEqual({ selector: {}, before: Date.UTC(2026, 10, 1) });
    expect(purge({ tag: 'x', older_than_seconds: 60 })).toEqual({ selector: { tag: 'x' }, before: NOW - 60_000 });
  });

  it('refuses what says nothing, says two things, or is misspelt', () => {
    expect(refusal({})).toMatch(/all/);
    expect(refusal({ modle: 'm' })).toMatch(/modle is not known/);
    expect(refusal({ all: true, model: 'm' })).toMatch(/either/);
    expect(refusal({ all: false })).toMatch(/only be true/);
    expect(refusal({ key: 7 })).toMatch(/string/);
    expect(refusal({ tenant: '' })).toMatch(/empty/);
    expect(refusal({ before: 'yesterday' })).toMatch(/time/);
    expect(refusal({ before: NOW + 60_000 })).toMatch(/future/);
    expect(refusal({ before: NOW, older_than_seconds: 1 })).toMatch(/either/);
    expect(refusal({ older_than_seconds: -1 })).toMatch(/from 0/);
  });
});
