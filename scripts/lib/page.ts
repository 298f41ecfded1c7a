/** The page at `/dashboard` as one file: its markup with its style and script in it, and nothing to fetch. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const client = join(root, 'src/dashboard/client');
/** Where src/dashboard/page.ts imports it from. */
const target = join(root, 'dist/dashboard.html');

export async function buildPage(): Promise<void> {
  const [markup, script, style] = await Promise.all([
    readFile(join(client, 'page.html'), 'utf8'),
    bundled(join(client, 'main.ts')),
    bundled(join(client, 'style.css')),
  ]);
  // A function, so that `$` in the script is no pattern; and no text of the script may end its element.
  const page = markup
    .replace('/* style */', () => style)
    .replace('/* script */', () => script.replaceAll('</script', '<\\/script'));
  if ((await readFile(target, 'utf8').catch(() => undefined)) === page) return;
  await mkdir(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  await writeFile(unfinished, page);
  await rename(unfinished, target);
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
