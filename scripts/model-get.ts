/**
 * `npm run model:get [-- URL]`: fetches a small instruct model, or the GGUF file at URL, for EMBEDDED_MODEL.
 * Settings: STATE_DIR.
 */
import { existsSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { download } from './lib/download.ts';

/** Qwen2.5 0.5B Instruct, Apache-2.0, from its makers: about 0.5 GB. */
const SMALL = 'https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/main/qwen2.5-0.5b-instruct-q4_k_m.gguf';

const [given] = process.argv.slice(2);
const url = given ?? SMALL;
if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
  console.error(`${url} is no address: give the URL of a GGUF file, or none`);
  process.exit(2);
}
const path = resolve(process.env.STATE_DIR || '.state', 'models', basename(new URL(url).pathname));
const shown = relative(process.cwd(), path);

if (existsSync(path)) console.log(`${shown} is there already.`);
else {
  console.log(`${url}\n→ ${shown}`);
  const bar = new SingleBar({ format: '{bar} {percentage} %  {megabytes} of {all} MB  {eta_formatted} left' });
  let begun = false;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const result = await download(url, path, ({ bytes, total }) => {
    const all = total ?? bytes;
    const payload = { megabytes: megabytes(bytes), all: total === undefined ? '?' : megabytes(total) };
    if (!begun) bar.start(all, bytes, payload);
    else bar.update(bytes, payload);
    begun = true;
  });
  if (begun) bar.stop();
  if (!result.ok) {
    console.error(`\n${result.why}.`);
    if (result.offline)
      console.error(
        'There seems to be no way to the internet from here. The demo model needs none: `npm start` runs it.\n' +
          'Or copy a GGUF file to this machine by other means and set EMBEDDED_MODEL to it.',
      );
    process.exit(1);
  }
}
console.log(`\nStart with it:\n  EMBEDDED_MODEL=${shown} npm start`);
