/** The Worker that the tests load has the page in it: it is built first. */
export { buildPage as default } from '../../scripts/lib/page.ts';
