/** The form that asks ahead: one question a line, answered at the origin's low priority and kept. */
import { byId, text } from './dom.ts';

interface Told {
  readonly done?: true;
  readonly state?: string;
  readonly error?: string;
}

export function warmForm(): void {
  const button = byId('warm-form').querySelector('button') as HTMLButtonElement;
  byId('warm-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const model = byId<HTMLInputElement>('warm-model').value.trim();
    const questions = byId<HTMLTextAreaElement>('warm-prompts')
      .value.split('\n')
      .filter((line) => line.trim() !== '');
    button.disabled = true;
    const say = (words: string) => text('warm-result', words);
    await warm(model, questions, say).catch(() => say('Cut off; send it again, what is done is passed over.'));
    button.disabled = false;
  });
}

async function warm(model: string, questions: readonly string[], say: (words: string) => void): Promise<void> {
  say('Asking …');
  const lines = questions.map((content) => JSON.stringify({ model, messages: [{ role: 'user', content }] }));
  const response = await fetch('/api/cache/warm', { method: 'POST', body: lines.join('\n') }).catch(() => undefined);
  if (response === undefined) return say('The Worker cannot be reached.');
  if (!response.ok || response.body === null) {
    const { error } = (await response.json().catch(() => ({}))) as Told;
    return say(`Not begun: ${error ?? response.status}`);
  }
  const counts = new Map<string, number>();
  let held = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const whole = (held + step.value).split('\n');
    held = whole.pop() ?? '';
    for (const line of whole) {
      const { state, error } = JSON.parse(line) as Told;
      if (state === undefined) continue;
      counts.set(error ?? state, (counts.get(error ?? state) ?? 0) + 1);
      const parts = [...counts].map(([word, count]) => `${count} ${word}`);
      say(`${[...counts.values()].reduce((sum, count) => sum + count, 0)} of ${questions.length}: ${parts.join(', ')}`);
    }
  }
}
