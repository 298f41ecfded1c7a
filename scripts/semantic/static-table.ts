/** The committed table, for scripts and tests that run on Node. */
import { readFileSync } from 'node:fs';
import { readTable, type TokenTable } from '../../src/semantic/static/table.ts';

export function staticTable(file = new URL('../../src/semantic/static/table.bin', import.meta.url)): TokenTable {
  const bytes = readFileSync(file);
  return readTable(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
