/**
 * The distilled table: one small vector for each WordPiece token, made by `scripts/distil`.
 *
 * Layout, little-endian: `STT1`, dims (u32), tokens (u32), bytes of the vocabulary (u32), 0 (u32); the tokens sorted by their
 * UTF-8 bytes and front-coded (bytes shared with the one before, bytes that follow, those bytes), padded to 4; a scale for each
 * row as u16 on a logarithm (0 is 2^-24, 65535 is 1), padded to 4; the rows as int8. A row's length is its token's weight.
 */

export interface TokenTable {
  readonly dimensions: number;
  /** Row of a token; word pieces that continue a word begin with `##`. */
  readonly rows: ReadonlyMap<string, number>;
  readonly scales: Float32Array;
  /** Row after row, `dimensions` codes each. A view of the file: nothing is copied. */
  readonly codes: Int8Array;
}

const MAGIC = 0x31545453;
const HEADER = 20;

/** Throws where the bytes are no table: a broken build, not a broken request. */
export function readTable(file: ArrayBuffer): TokenTable {
  const view = new DataView(file);
  if (file.byteLength < HEADER || view.getUint32(0, true) !== MAGIC) throw new Error('not a token table');
  const dimensions = view.getUint32(4, true);
  const count = view.getUint32(8, true);
  const vocabularyBytes = view.getUint32(12, true);
  const scalesAt = HEADER + vocabularyBytes;
  const codesAt = Math.ceil((scalesAt + 2 * count) / 4) * 4;
  if (file.byteLength !== codesAt + count * dimensions) throw new Error('token table of the wrong length');
  const levels = new Uint16Array(file, scalesAt, count);
  const scales = new Float32Array(count);
  for (let row = 0; row < count; row++) scales[row] = 2 ** (((levels[row] as number) / 65535) * 24 - 24);
  return {
    dimensions,
    rows: readVocabulary(new Uint8Array(file, HEADER, vocabularyBytes), count),
    scales,
    codes: new Int8Array(file, codesAt),
  };
}

function readVocabulary(bytes: Uint8Array, count: number): Map<string, number> {
  const rows = new Map<string, number>();
  const decoder = new TextDecoder();
  const token = new Uint8Array(512);
  for (let row = 0, at = 0; row < count; row++) {
    const shared = bytes[at] as number;
    const length = shared + (bytes[at + 1] as number);
    token.set(bytes.subarray(at + 2, at + 2 + length - shared), shared);
    at += 2 + length - shared;
    rows.set(text(token, length, decoder), row);
  }
  return rows;
}

/** Nearly all tokens are ASCII, for which a decoder's call costs more than the work. */
function text(bytes: Uint8Array, length: number, decoder: TextDecoder): string {
  let out = '';
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte > 127) return decoder.decode(bytes.subarray(0, length));
    out += String.fromCharCode(byte);
  }
  return out;
}
