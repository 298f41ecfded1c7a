// The sidecar as a few plain files: `node origin/bundle.mjs OUT`. Without the types to strip and two hundred modules to find, it
// starts sooner and in less memory; what only some settings need (PostgreSQL, Redis, traces) stays in chunks of its own, read
// when it is used. Plain JavaScript, and esbuild wherever the caller has it (ESBUILD): the image is built without our tools.
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const { build } = await import(process.env.ESBUILD ?? 'esbuild');
const root = resolve(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? 'dist/origin');

const { metafile } = await build({
  entryPoints: [resolve(root, 'origin/src/main.ts')],
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  // Names of functions stay readable in a stack.
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // An optional native driver of `pg` that we do not install.
  external: ['pg-native'],
  // CommonJS packages in the bundle call `require` for Node's own modules.
  banner: { js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);" },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: root,
});
// The image is built from these folders alone.
const outside = Object.keys(metafile.inputs).filter((path) => !/^(src|origin|node_modules)\//.test(path));
if (outside.length > 0) throw new Error(`the sidecar may not import ${outside.join(', ')}: its image does not have it`);

const bytes = readdirSync(out).reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
console.log(`${out}: ${readdirSync(out).length} files, ${Math.round(bytes / 1024)} KB`);
