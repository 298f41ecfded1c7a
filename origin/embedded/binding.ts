/**
 * llama.cpp through node-llama-cpp, an optional dependency: its prebuilt CPU binary, never a download, never a build. Where it is missing or
 * cannot run here, what else could serve is chosen without it.
 */
import type { Llama } from 'node-llama-cpp';

export type Binding = typeof import('node-llama-cpp');

export type Opened =
  | { readonly ok: true; readonly binding: Binding; readonly llama: Llama }
  | { readonly ok: false; readonly why: string };

export async function openBinding(threads: number): Promise<Opened> {
  try {
    const binding = await import('node-llama-cpp');
    const llama = await binding.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: binding.LlamaLogLevel.error,
      maxThreads: threads,
    });
    return { ok: true, binding, llama };
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return {
      ok: false,
      why: said === 'NoBinaryFoundError' ? 'there is no prebuilt llama.cpp for this platform' : said,
    };
  }
}
