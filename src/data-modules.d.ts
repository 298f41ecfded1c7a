/** Binary files that are bundled as data modules beside the Worker. */
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}

/** Text that is bundled with the Worker: the page, as scripts/lib/page.ts builds it. */
declare module '*.html' {
  const text: string;
  export default text;
}
