/** Every embedding route that the edge speaks. */
import type { EmbedDialect } from './embed-dialect.ts';
import { ollamaEmbed, ollamaEmbeddings } from './ollama-embed.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';

export const embedDialects: readonly EmbedDialect[] = [ollamaEmbed, ollamaEmbeddings, openaiEmbeddings];
