/** `npm run warm -- --file prompts.jsonl`: fills the cache through a running edge, batch by batch, with a bar to watch. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Batch, batchesOf, EMPTY_COUNTS, sendBatch, type Tally } from './warm/batches.ts';
import { createProgress } from './warm/progress.ts';

const USAGE = `npm run warm -- --file FILE [options]

  --file FILE        JSONL: {"model","prompt"}, {"model","messages"}, or {"path","body"} a line; - reads from standard input
  --url URL          the edge (default http://localhost:8787)
  --key KEY          its ADMIN_KEY (default: the environment's, else that of npm start)
  --concurrency N    lines at a time, 1 to 16 (default 4)
  --from N           begins at this line of the file (default 1)
  --min-fresh N      renews what is fresh for less than so many seconds (default 60)
  --tenant NAME      whose cache, where a line does not say (default public)
  --namespace NAME   which part of it
  --batch N          lines in one request, 1 to 100 (default 50)

What is cached already is passed over, so it can be run again at any time.`;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        file: { type: 'string' },
        url: { type: 'string', default: 'http://localhost:8787' },
        key: { type: 'string' },
        concurrency: { type: 'string', default: '4' },
        from: { type: 'string', default: '1' },
        'min-fresh': { type: 'string', default: '60' },
        tenant: { type: 'string', default: 'public' },
        namespace: { type: 'string', default: '' },
        batch: { type: 'string', default: '50' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** What `npm start` made for this machine. */
function localKey(): string | undefined {
  const file = join(process.env.STATE_DIR || '.state', 'secrets.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { ADMIN_KEY?: string }).ADMIN_KEY : undefined;
}

const given = options();
if (given.help) {
  console.log(USAGE);
  process.exit(0);
}
const file = given.file ?? fail(`--file is missing\n\n${USAGE}`);
if (file !== '-' && !existsSync(file)) fail(`there is no file ${file}`);
const key = given.key || process.env.ADMIN_KEY || localKey() || fail('the ADMIN_KEY of the edge is needed: --key KEY');
const from = Number(given.from);
const batchSize = Number(given.batch);
if (!Number.isInteger(from) || from < 1) fail('--from is the number of a line, from 1');
if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 100) fail('--batch is from 1 to 100');
const query = new URLSearchParams({
  concurrency: given.concurrency,
  min_fresh: given['min-fresh'],
  tenant: given.tenant,
  namespace: given.namespace,
});

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
const input = file === '-' ? process.stdin : createReadStream(file);
const batches: Batch[] = await batchesOf(input, from, batchSize);
const total = batches.reduce((sum, batch) => sum + batch.lines.length, 0);
if (total === 0) fail(`no line in ${file} from line ${from} on`);

const progress = createProgress(total);
let counts: Tally = EMPTY_COUNTS;
let resumeAt: number | undefined;
for (const batch of batches) {
  const sent = await sendBatch({ url: given.url, key, query, batch, signal: abort.signal, told: progress.told });
  counts = progress.counts();
  if (sent.kind === 'done') continue;
  resumeAt = sent.resumeAt;
  progress.stop();
  console.error(abort.signal.aborted ? '\ninterrupted' : `\n${sent.reason}`);
  break;
}
progress.stop();
console.log(
  `${counts.stored} stored, ${counts.cached} cached already, ${counts.joined} being asked, ${counts.bad} bad, ${counts.failed} failed`,
);
if (resumeAt !== undefined) console.log(`to go on: --from ${resumeAt}`);
process.exit(resumeAt !== undefined || counts.bad + counts.failed > 0 ? 1 : 0);
