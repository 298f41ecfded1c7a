/** What a GGUF file says of itself: its name and digest, its size, its chat template. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Model, ModelPage } from '../ollama-api/backend.ts';
import { parseModelName } from '../ollama-api/names.ts';
import type { Binding } from './binding.ts';

export interface ModelFile {
  readonly path: string;
  readonly model: Model;
  readonly page: ModelPage;
  /** Tokens that the model was trained to see at once. */
  readonly trainedContext: number;
  /** Jinja; undefined for a model that was made to continue text. */
  readonly chatTemplate: string | undefined;
}

/** Lists of more items than these are vocabularies: /api/show leaves them out. */
const LONGEST_LIST = 16;

/** Reads its head and hashes all of it; `name` is its file's unless given. Rejects for what is no GGUF. */
export async function readModelFile(binding: Binding, path: string, name = path): Promise<ModelFile> {
  const { size, mtime } = statSync(path);
  const [digest, info] = await Promise.all([
    sha256(path),
    binding.readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false }),
  ]);
  const flat = Object.fromEntries(flatten(info.metadata));
  const { architecture } = info.metadata.general;
  const text = (key: string) => (typeof flat[key] === 'string' ? (flat[key] as string) : undefined);
  const number = (key: string) => (typeof flat[key] === 'number' ? (flat[key] as number) : undefined);
  const weights = (info.fullTensorInfo ?? []).reduce(
    (sum, { dimensions }) => sum + dimensions.reduce<number>((product, size) => product * Number(size), 1),
    0,
  );
  const kind = number('general.file_type');
  const pooled = (number(`${architecture}.pooling_type`) ?? 0) > 0;
  const license = text('general.license');
  const chatTemplate = text('tokenizer.chat_template');
  return {
    path,
    model: {
      name: nameOf(name),
      digest,
      capabilities: [pooled ? 'embedding' : 'completion'],
      family: architecture,
      parameters: human(weights),
      quantization: (kind === undefined ? undefined : binding.GgufFileType[kind])?.replace('MOSTLY_', '') ?? 'unknown',
      bytes: size,
      modifiedAt: mtime.toISOString(),
    },
    page: {
      template: chatTemplate ?? '{{ .Prompt }}',
      ...(license !== undefined && { license }),
      modelInfo: { ...flat, 'general.parameter_count': weights },
    },
    trainedContext: number(`${architecture}.context_length`) ?? 4_096,
    chatTemplate,
  };
}

/** A name, or that of a file, as a model's, with its tag. */
function nameOf(given: string): string {
  const plain = basename(given)
    .replace(/\.gguf$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9_.:-]+/g, '-')
    .replace(/^[.-]+/, '');
  const ref = parseModelName(plain);
  return ref.kind === 'local' ? ref.key : 'embedded:latest';
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function* flatten(value: object, prefix = ''): Generator<[string, unknown]> {
  for (const [key, item] of Object.entries(value)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (Array.isArray(item)) yield [name, item.length > LONGEST_LIST ? null : item.map(plain)];
    else if (typeof item === 'object' && item !== null) yield* flatten(item, name);
    else yield [name, plain(item)];
  }
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

/** As Ollama prints counts: 134.52M. */
function human(count: number): string {
  const [divisor, unit] = count >= 1e9 ? [1e9, 'B'] : count >= 1e6 ? [1e6, 'M'] : [1e3, 'K'];
  const scaled = count / divisor;
  return `${scaled.toFixed(unit === 'B' ? 1 : unit === 'M' && scaled < 1000 ? 2 : 0).replace(/\.0+$/, '')}${unit}`;
}
