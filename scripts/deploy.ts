/**
 * `npm run deploy`: makes what is missing on Cloudflare (KV, Vectorize with its metadata indexes, secrets) and deploys the Worker.
 *
 *   npm run deploy -- --dry-run   without an account: the bundle, and what would be made
 *   npm run deploy -- --yes       does not ask
 *
 * Settings: docs/operate.md.
 */
import { deploy } from './deploy/deploy.ts';

process.exitCode = await deploy({ args: process.argv.slice(2), env: process.env, print: (text) => console.log(text) });
