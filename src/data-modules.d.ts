/** Binary files that are bundled as data modules beside the Worker. */
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}
