/**
 * `npm run load`: asks a cache what many people would ask it, and tells how it did; `--help` says how. Exit code 1: something
 * expected was not met; 2: the command line is wrong.
 */
import { writeFileSync } from 'node:fs';
import { check } from './expect.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { htmlReport } from './report/html.ts';
import { terminalReport } from './report/terminal.ts';
import { run } from './run.ts';

const parsed = readOptions(process.argv.slice(2));
if (parsed.kind === 'help') console.log(HELP);
else if (parsed.kind === 'wrong') {
  for (const problem of parsed.problems) console.error(problem);
  console.error('\nnpm run load -- --help tells what there is');
  process.exitCode = 2;
} else process.exitCode = await load(parsed.options);

async function load(options: Options): Promise<number> {
  const stop = new AbortController();
  onInterrupt(stop);
  // The standard output is for the JSON where it was asked for.
  const say = options.json === '-' ? console.error : console.log;
  try {
    const result = await run(options, stop.signal, say);
    const checked = check(options.expect, result.summary);
    say(terminalReport(result, checked));
    const json = `${JSON.stringify(result.summary, undefined, 2)}\n`;
    if (options.json === '-') process.stdout.write(json);
    else if (options.json !== undefined) writeFileSync(options.json, json);
    if (options.html !== undefined) {
      writeFileSync(options.html, htmlReport(result, checked));
      say(`page   ${options.html}`);
    }
    return checked.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** The first one ends the run with a report, a second one ends the program. */
function onInterrupt(stop: AbortController): void {
  let first = 0;
  const interrupt = () => {
    // One Ctrl-C comes twice: from the terminal, and from the program that started this one.
    if (first > 0 && Date.now() - first > 500) process.exit(130);
    first ||= Date.now();
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
}
