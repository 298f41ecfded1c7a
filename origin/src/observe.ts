/** What happens in the sidecar, as one stream of events: metrics, history and traces listen, the story does not know them. */
import type { Answer } from '../../src/exchange/answer.ts';
import type { Lane } from './lanes/lane.ts';
import type { Asked } from './serve/asked.ts';
import type { Embedded } from './serve/embed.ts';
import type { Generated } from './serve/generate.ts';
import type { Terms } from './serve/terms.ts';

export type SidecarEvent =
  /** A generation request, and what answers it; `edge`: an edge had the answer and tells of it. */
  | {
      readonly kind: 'asked';
      readonly asked: Asked;
      readonly terms: Terms;
      readonly by: 'disk' | 'flight' | 'lane' | 'edge';
      /** Where it is there already. */
      readonly answer?: Answer;
    }
  /** An answer was asked ahead of demand. */
  | { readonly kind: 'prefetched'; readonly end: 'completed' | 'cancelled' | 'failed'; readonly tokens: number }
  | { readonly kind: 'generated'; readonly terms: Terms; readonly generated: Generated }
  | { readonly kind: 'embedded'; readonly model: string; readonly embedded: Embedded }
  | { readonly kind: 'started'; readonly model: string; readonly lane: Lane; readonly waitMs: number }
  | { readonly kind: 'refused'; readonly why: 'full' | 'expired' | 'displaced' }
  | { readonly kind: 'timed-out'; readonly lane: Lane; readonly begun: boolean }
  | { readonly kind: 'lane'; readonly lane: Lane; readonly state: 'up' | 'hung' | 'unreachable' }
  | { readonly kind: 'loaded'; readonly lane: Lane; readonly model: string; readonly ok: boolean; readonly ms: number }
  /** Something beside the answer failed; nobody waited for it. */
  | { readonly kind: 'failed'; readonly what: string; readonly error: unknown };

export type Observe = (event: SidecarEvent) => void;

/** Tells every listener; one that throws disturbs neither the others nor the story. */
export function observers(...listeners: readonly Observe[]): Observe {
  return (event) => {
    for (const listener of listeners)
      try {
        listener(event);
      } catch (error) {
        console.error('observer failed', error);
      }
  };
}
