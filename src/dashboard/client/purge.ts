/** The form that purges; what it is about to forget is asked for once more. */
import { byId, text } from './dom.ts';

export function purgeForm(): void {
  const by = byId<HTMLSelectElement>('purge-by');
  const value = byId<HTMLInputElement>('purge-value');
  const dialog = byId<HTMLDialogElement>('confirm');

  by.addEventListener('change', () => {
    value.hidden = by.value === 'all';
    value.required = by.value !== 'all';
    value.inputMode = by.value === 'older_than_seconds' ? 'numeric' : 'text';
  });

  byId('purge-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const what = by.selectedOptions[0]?.textContent ?? by.value;
    text(
      'confirm-text',
      `Forget ${what}${by.value === 'all' ? '' : `: ${value.value}`}? It will be generated again when it is asked for.`,
    );
    if ((await answerOf(dialog)) !== 'yes') return;
    text('purge-result', 'Purging …');
    text('purge-result', await purge(by.value, value.value));
  });
}

function answerOf(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
}

async function purge(by: string, value: string): Promise<string> {
  const selected = by === 'all' ? true : by === 'older_than_seconds' ? Number(value) : value;
  const response = await fetch('/api/cache/purge', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [by]: selected }),
  }).catch(() => undefined);
  const told = (await response?.json().catch(() => undefined)) as Told | undefined;
  if (response === undefined || told === undefined) return 'The Worker cannot be reached.';
  if (!response.ok) return `Not purged: ${told.error ?? response.status}`;
  const places = Object.entries(told.reached ?? {}).map(
    ([place, { state, within_seconds }]) =>
      `${place} ${state}${within_seconds === undefined ? '' : ` within ${within_seconds} s`}`,
  );
  return `Purged. ${places.join(' · ')}`;
}

interface Told {
  readonly error?: string;
  readonly reached?: Readonly<Record<string, { readonly state: string; readonly within_seconds?: number }>>;
}
