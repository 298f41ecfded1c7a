/**
 * Receipt: what a client hands back to report a semantic hit as wrong. It says which pair was matched, and is signed, so that nothing
 * has to be written down for each hit and nobody can report what was never served.
 */
import { sha256Hex } from '../exchange/key.ts';
import type { BoundClass } from './gate.ts';

export interface Receipt {
  readonly of: BoundClass;
  readonly similarity: number;
  readonly partition: string;
  /** The stored answer's key. */
  readonly key: string;
  /** See `pairOf`. */
  readonly pair: string;
}

export interface Receipts {
  /** URL-safe text. */
  issue(receipt: Receipt): Promise<string>;
  /** Undefined for what was not issued here. */
  read(text: string): Promise<Receipt | undefined>;
}

/** Names a stored answer and a question that must not have it, whatever its case and spacing. */
export async function pairOf(partition: string, key: string, questionKey: string): Promise<string> {
  return (await sha256Hex(`${partition} ${key} ${questionKey}`)).slice(0, 24);
}

const encoder = new TextEncoder();
const HMAC = { name: 'HMAC', hash: 'SHA-256' };

/** @param secret the same in every isolate */
export function receipts(secret: string): Receipts {
  let imported: CryptoKey | undefined;
  async function key(): Promise<CryptoKey> {
    const raw = encoder.encode(await sha256Hex(`semantic receipt ${secret}`));
    imported ??= await crypto.subtle.importKey('raw', raw, HMAC, false, ['sign', 'verify']);
    return imported;
  }
  return {
    async issue({ of, similarity, partition, key: stored, pair }) {
      const told = [of.tenant, of.embedder, of.kind, of.base, Number(similarity.toFixed(4)), partition, stored, pair];
      const payload = base64url(JSON.stringify(told));
      const mac = await crypto.subtle.sign('HMAC', imported ?? (await key()), encoder.encode(payload));
      return `${payload}.${base64url(String.fromCharCode(...new Uint8Array(mac)))}`;
    },
    async read(text) {
      const [payload = '', mac = ''] = text.split('.');
      try {
        const bytes = Uint8Array.from(fromBase64url(mac), (character) => character.charCodeAt(0));
        const genuine = await crypto.subtle.verify('HMAC', imported ?? (await key()), bytes, encoder.encode(payload));
        return genuine ? receiptOf(JSON.parse(fromBase64url(payload))) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** It was signed here, so its members are what they were: only another version could have written another number of them. */
function receiptOf(told: readonly [string, string, BoundClass['kind'], number, number, string, string, string]) {
  const [tenant, embedder, kind, base, similarity, partition, key, pair] = told;
  return told.length === 8 ? { of: { tenant, embedder, kind, base }, similarity, partition, key, pair } : undefined;
}

/** Of Latin-1 text. */
const base64url = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const fromBase64url = (text: string): string => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
