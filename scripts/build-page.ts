/** Builds the page at `/dashboard`; wrangler calls it before it bundles the Worker. */
import { buildPage } from './lib/page.ts';

await buildPage();
