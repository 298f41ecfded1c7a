/** Whether two answers say the same: it may abstain, but what it says must be right. */
import { describe, expect, it } from 'vitest';
import { staticTable } from '../../scripts/semantic/static-table.ts';
import { type Agreement, agree } from '../../src/semantic/agreement.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';
import { AGREE, DISAGREE, UNCLEAR } from './answers.ts';

const table = staticTable();
const tools = { isWord: (word: string) => table.rows.has(word), vector: staticEmbedder(table).vector };

/** In both orders: it must not matter which of the two was served. */
function verdicts(question: string, served: string, fresh: string): readonly Agreement[] {
  return [agree({ question, served, fresh }, tools), agree({ question, served: fresh, fresh: served }, tools)];
}

describe('two answers', () => {
  it.each(AGREE)('agree: %s | %s | %s', (question, served, fresh) => {
    expect(verdicts(question, served, fresh)).toEqual(['same', 'same']);
  });

  it.each(DISAGREE)('differ: %s | %s | %s', (question, served, fresh) => {
    expect(verdicts(question, served, fresh)).toEqual(['different', 'different']);
  });

  it.each(UNCLEAR)('may be either: %s | %s | %s', (question, served, fresh) => {
    expect(verdicts(question, served, fresh)).toEqual(['unsure', 'unsure']);
  });
});
