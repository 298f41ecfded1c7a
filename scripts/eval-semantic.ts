/**
 * Judges the semantic matcher on labelled pairs, through the same decision as a request's.
 *
 *   npm run eval:semantic -- --pairs FILE [--embedder static] [--threshold 0.85] [--json]
 *     --ablation       what each guard is worth: the figures without it
 *     --errors N       N wrong decisions of each kind
 *     --cosines FILE   another embedder's cosines, one a line: compared, or judged with when --embedder names it
 *     --texts FILE     writes what an embedder is given for each pair, to make such cosines of
 *     --fit            the calibration that these pairs would give
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { align } from '../src/semantic/alignment.ts';
import { CALIBRATIONS } from '../src/semantic/calibration.ts';
import { cosine, type EmbedderName } from '../src/semantic/embedder.ts';
import { GUARDS, refusedBy } from '../src/semantic/guards/in-order.ts';
import { DEFAULT_THRESHOLD, evidenceOf, type MatchOptions, match, type Verdict } from '../src/semantic/match.ts';
import { embeddedText, read } from '../src/semantic/reading.ts';
import { staticEmbedder } from '../src/semantic/static/static-embedder.ts';
import { fitCosine, fitWeights } from './semantic/fit.ts';
import { measure } from './semantic/measures.ts';
import { type LabelledPair, readCosines, readPairs } from './semantic/pairs.ts';
import { printAblation, printBaselines, printCurve, printErrors, printKinds } from './semantic/report.ts';
import { staticTable } from './semantic/static-table.ts';

const { values } = optionsOf();
const isEmbedder = (name: string): name is EmbedderName => name in CALIBRATIONS;
if (values.pairs === undefined) fail('--pairs FILE is missing');
if (!isEmbedder(values.embedder)) fail(`--embedder is one of ${Object.keys(CALIBRATIONS).join(', ')}`);
const threshold = Number(values.threshold || Number.NaN);
if (!(threshold >= 0 && threshold <= 1)) fail('--threshold is a number from 0 to 1');
if (values.errors !== undefined && !/^[1-9]\d*$/.test(values.errors)) fail('--errors is a number of at least 1');
if (values.embedder !== 'static' && values.cosines === undefined)
  fail(`--embedder ${values.embedder} needs its --cosines FILE here`);

const pairs = orFail(readPairs, values.pairs);
if (pairs.length === 0) fail(`${values.pairs}: no pairs`);
const table = staticTable();
const embedder = staticEmbedder(table);
const isWord = (word: string) => table.rows.has(word);
const plainCosines = pairs.map(({ a, b }) => cosine(embedder.vector(a), embedder.vector(b)));
const vectorOf = (text: string) => embedder.vector(embeddedText(read(text, isWord)));
const staticCosines = pairs.map(({ a, b }) => cosine(vectorOf(a), vectorOf(b)));
const otherCosines =
  values.cosines === undefined ? undefined : orFail((file) => readCosines(file, pairs.length), values.cosines);
const cosines = values.embedder === 'static' ? staticCosines : (otherCosines ?? staticCosines);
const options: MatchOptions = {
  threshold,
  calibration: CALIBRATIONS[values.embedder],
  isWord,
};

const verdicts = judge(options);
if (values.texts !== undefined) writeTexts(values.texts);
else if (values.fit) printFit();
else if (values.json) printJson();
else printReport();

function judge(how: MatchOptions): Verdict[] {
  return pairs.map(({ a, b }, i) => match({ prompt: a, stored: b, cosine: cosines[i] as number }, how));
}

function printReport(): void {
  const judged = pairs.map((pair, i) => ({ ...pair, verdict: verdicts[i] as Verdict }));
  console.log(`embedder ${values.embedder}, threshold ${threshold}, ${pairs.length} pairs\n`);
  printKinds(judged);
  printCurve(judged);
  printBaselines(pairs, [
    ['static', plainCosines],
    ...(otherCosines === undefined ? [] : [[values.cosines as string, [...otherCosines]] as const]),
  ]);
  if (values.ablation)
    printAblation(
      pairs,
      GUARDS.map(({ name }) => name),
      (without) => judge({ ...options, without }),
    );
  if (values.errors !== undefined) printErrors(judged, Number(values.errors));
}

function printJson(): void {
  const groups = Map.groupBy(pairs.keys(), (i) => JSON.stringify([pairs[i]?.source, pairs[i]?.kind, pairs[i]?.same]));
  const rows = [...groups.values()].map((members) => {
    const { source, kind, same } = pairs[members[0] as number] as LabelledPair;
    return { source, kind, same, pairs: members.length, hits: members.filter((i) => verdicts[i]?.hit).length };
  });
  const { precision, recall } = measure(pairs.map(({ same }, i) => ({ same, hit: verdicts[i]?.hit === true })));
  console.log(
    JSON.stringify({
      embedder: values.embedder,
      threshold,
      rows,
      precision: precision ?? null,
      recall: recall ?? null,
    }),
  );
}

/** What to write into calibration.ts. Only pairs that the guards let pass count: the others never get so far. */
function printFit(): void {
  const passed = pairs.flatMap(({ a, b, same }, i) => {
    const [one, two] = [read(a, options.isWord), read(b, options.isWord)];
    const comparison = { a: one, b: two, alignment: align(one, two, options.isWord) };
    if (one.key === two.key || refusedBy(comparison) !== undefined) return [];
    return [{ evidence: evidenceOf(comparison, cosines[i] as number), same }];
  });
  const all = pairs.map(({ same }, i) => ({
    evidence: { cosine: cosines[i] as number, listed: 0, derived: 0, length: 0, overlap: 0 },
    same,
  }));
  const calibration = fitCosine(all);
  console.log(
    JSON.stringify(
      { calibration, weights: fitWeights(passed, calibration), pairs: all.length, passed: passed.length },
      undefined,
      2,
    ),
  );
}

function writeTexts(file: string): void {
  const textOf = (prompt: string) => embeddedText(read(prompt, isWord));
  writeFileSync(file, pairs.map(({ a, b }) => `${JSON.stringify({ a: textOf(a), b: textOf(b) })}\n`).join(''));
}

function optionsOf() {
  try {
    return parseArgs({
      options: {
        pairs: { type: 'string' },
        embedder: { type: 'string', default: 'static' },
        threshold: { type: 'string', default: String(DEFAULT_THRESHOLD) },
        cosines: { type: 'string' },
        texts: { type: 'string' },
        json: { type: 'boolean', default: false },
        ablation: { type: 'boolean', default: false },
        errors: { type: 'string' },
        fit: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function orFail<T>(work: (file: string) => T, file: string): T {
  try {
    return work(file);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
