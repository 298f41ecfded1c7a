/** The command line: one schema, its defaults, its errors. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SPEECHES } from './drive/speak.ts';
import { type Expectation, parseExpectation } from './expect.ts';
import { refusal } from './local/host-guard.ts';
import { PROOFS } from './proofs.ts';
import { SUMMARY_NAMES } from './report/summary.ts';
import { WORKLOAD_NAMES } from './workload/workloads.ts';

const number = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .transform(Number)
    .pipe(z.number('is a number').min(least, `is at least ${least}`).max(most, `is at most ${most}`));
const count = (most: number) => number(1, most).pipe(z.number().int('is a whole number'));
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const schema = z.object({
  url: z.url({ protocol: /^https?$/, error: 'is an http(s) address' }).optional(),
  'i-own-this-host': z.boolean().default(false),
  dialect: z.enum(Object.keys(SPEECHES), `is one of ${Object.keys(SPEECHES).join(', ')}`).default('ollama-chat'),
  'api-key': list.default([]),
  workload: z.string().default('faq'),
  users: count(100_000).default(100),
  requests: count(1_000_000).default(10),
  rate: number(0.01, 100_000).optional(),
  duration: number(1, 86_400).optional(),
  arrivals: z.enum(['poisson', 'even'], 'is poisson or even').default('poisson'),
  think: number(0, 3_600).default(10),
  ramp: number(0, 86_400).optional(),
  start: z.enum(['cold', 'warm', 'hot'], 'is cold, warm or hot').default('warm'),
  zipf: number(0, 5).default(1),
  streaming: number(0, 1).default(0.5),
  tenants: count(1_000).default(1),
  models: list.pipe(z.array(z.string()).min(1, 'names at least one model')).default(['tinyllama']),
  'tokens-per-second': number(0.1, 1_000_000).optional(),
  seed: z.string().default('1'),
  timeout: number(1, 3_600).default(180),
  workers: count(64).default(1),
  expect: z.array(z.string()).default([]),
  json: z.string().optional(),
  html: z.string().optional(),
});

const TYPES = { 'i-own-this-host': 'boolean', help: 'boolean' } as const;
const LISTS = new Set(['expect']);

type Given = z.output<typeof schema>;

export interface Options extends Omit<Given, 'expect' | 'url'> {
  /** The proof that was named, if one was. */
  readonly proof: string | undefined;
  /** Undefined: a local pair is started. Without a slash at its end. */
  readonly url: string | undefined;
  readonly expect: readonly Expectation[];
}

export type Parsed =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

/** @param args as after the program's name */
export function readOptions(args: readonly string[]): Parsed {
  const names = [...Object.keys(schema.shape), 'help'];
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args, names);
  } catch (error) {
    return wrong((error as Error).message.replace(/\. To specify a positional argument.*/s, ''));
  }
  const { values, positionals } = given;
  if (values.help) return { kind: 'help' };
  const [proof, ...more] = positionals;
  if (more.length > 0) return wrong(`one proof at a time, not ${positionals.join(' ')}`);
  if (proof !== undefined && !Object.hasOwn(PROOFS, proof))
    return wrong(`${proof} is no proof: ${Object.keys(PROOFS).join(', ')}`);
  const preset = proof === undefined ? {} : (PROOFS[proof]?.options ?? {});
  const parsed = schema.safeParse({ ...preset, ...values });
  if (!parsed.success)
    return wrong(...parsed.error.issues.map(({ path, message }) => `--${String(path[0])} ${message}`));
  return settle(parsed.data, proof, new Set(Object.keys(values)));
}

function parse(args: readonly string[], names: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [
        name,
        { type: name in TYPES ? ('boolean' as const) : ('string' as const), multiple: LISTS.has(name) },
      ]),
    ),
  });
}

function settle(data: Given, proof: string | undefined, given: ReadonlySet<string>): Parsed {
  const problems: string[] = [];
  const url = data.url === undefined ? undefined : new URL(data.url);
  const refused = url === undefined ? undefined : refusal(url, data['i-own-this-host']);
  if (refused !== undefined) problems.push(refused);
  if (!WORKLOAD_NAMES.includes(data.workload) && !existsSync(data.workload))
    problems.push(
      `--workload is one of ${WORKLOAD_NAMES.join(', ')}, or a file with a log; there is no ${data.workload}`,
    );
  if (data.duration !== undefined && data.rate === undefined) problems.push('--duration needs a --rate');
  if (given.has('duration') && given.has('requests')) problems.push('--duration and --requests exclude each other');
  if (given.has('tokens-per-second') && url !== undefined)
    problems.push('--tokens-per-second is of the simulated model: not with --url');
  if (url !== undefined && data['api-key'].length > 0 && data.tenants > data['api-key'].length)
    problems.push(`--tenants ${data.tenants} needs as many keys in --api-key`);
  const expect = data.expect.flatMap((text) => {
    const expectation = parseExpectation(text, SUMMARY_NAMES);
    if (expectation === undefined)
      problems.push(`--expect ${text}: not of the form p95<2000; names: ${SUMMARY_NAMES.join(', ')}`);
    return expectation ?? [];
  });
  if (problems.length > 0) return wrong(...problems);
  return { kind: 'options', options: { ...data, url: url?.href.replace(/\/$/, ''), proof, expect } };
}

function wrong(...problems: string[]): Parsed {
  return { kind: 'wrong', problems };
}

export const HELP = `npm run load -- [PROOF] [options]

Asks a cache what many people would ask it, and tells how it did. Without --url it starts the pair on this machine, with a
simulated Ollama as fast as TinyLlama on two cores.

Proofs (a set of options and what must come of it; more options change it)
${Object.entries(PROOFS)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

Whom to ask
  --url URL                 an edge, or any server that speaks the dialect
  --dialect NAME            ${Object.keys(SPEECHES).join(', ')}
  --api-key KEY[,KEY]       one for each tenant
  --i-own-this-host         allows a --url that is not this machine
  --tokens-per-second N     of the simulated model's slot (18, TinyLlama's on two cores)

What to ask
  --workload NAME|FILE      ${WORKLOAD_NAMES.join(', ')}, or a log: a JSON object a line with "prompt" or "messages" (faq)
  --start cold|warm|hot     warm: each known question is asked once beforehand; hot: everything that this run will ask (warm)
  --zipf S                  how uneven popularity is (1)
  --streaming SHARE         of the requests, 0 to 1 (0.5)
  --tenants N  --models A,B (1, tinyllama)
  --seed TEXT               another one, another run (1)

How to ask
  --users N  --requests N   so many people, so many requests of each (100, 10)
  --think S                 mean pause between an answer and the next question (10)
  --ramp S                  people arrive over so many seconds (a second for every 20)
  --rate N                  open loop: N requests a second, whatever the server does
  --duration S              with --rate, instead of --requests
  --arrivals poisson|even   with --rate (poisson)
  --timeout S               (180)
  --workers N               processes of the generator (1)

What comes of it
  --json FILE               the numbers, for machines; - is the standard output
  --html FILE               a page with plots, for people
  --expect p95<2000         exit code 1 if it is not so; any number of times, any name of the JSON
`;
