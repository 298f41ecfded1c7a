/// <reference types="vite/types/importMeta.d.ts" />

interface ImportMetaEnv {
  readonly FUZZ_RUNS?: string;
  readonly FUZZ_SEED?: string;
}
