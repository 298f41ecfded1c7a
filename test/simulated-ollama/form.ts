/** The form of an answer: all that two answers with other words, times and ids still have in common. */
import type { Answer } from './recording.ts';

/** Strings that mean something to a program are compared as they are. */
const TELLING = new Set(
  'model object type role done_reason finish_reason stop_reason status system_fingerprint tool_choice truncation service_tier name owned_by'.split(
    ' ',
  ),
);

function formOf(value: unknown, key: string): unknown {
  if (Array.isArray(value))
    return typeof value[0] === 'number' ? ['numbers'] : collapsed(value.map((item) => formOf(item, key)));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, item]) => [name, formOf(item, name)]);
  if (typeof value === 'number') return 'number';
  if (typeof value !== 'string' || TELLING.has(key)) return value;
  if (/(^|_)id$/.test(key)) return value.replace(/[0-9a-z]{8,}$|\d+/g, 'N').replace(/N(_N)?$/, 'N');
  if (value === '') return '';
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.?\d*Z$/.test(value) ? 'time' : 'words';
}

/** Runs of the same form count as one: answers differ in length. */
function collapsed(forms: readonly unknown[]): unknown[] {
  return forms.filter((form, at) => at === 0 || JSON.stringify(form) !== JSON.stringify(forms[at - 1]));
}

/**
 * v0.24 repeats role and empty content in every delta, newer versions have the role in the first and nothing in the last: told apart by a test
 * of its own.
 */
function withoutRole(value: unknown): unknown {
  const { choices } = (value ?? {}) as { choices?: readonly { delta?: Record<string, unknown> }[] };
  for (const { delta } of choices ?? []) {
    if (delta === undefined) continue;
    delete delta.role;
    if (delta.content === '') delete delta.content;
  }
  return value;
}

function formOfEvent(event: string): unknown {
  const [, name = '', data = ''] = /^(?:event: (.*)\n)?data: (.*)$/s.exec(event) ?? [];
  if (data === '' || data === '[DONE]') return event;
  return [name, formOf(withoutRole(JSON.parse(data)), '')];
}

/** Refusals are compared word for word but for their ids. */
function formOfBody(status: number, type: string, body: string): unknown {
  if (status >= 400 || !type.startsWith('application/json'))
    return body.replace(/"request_id":"req_[0-9a-f]{24}"/, '"request_id":"req_N"');
  if (body === '') return '';
  return [formOf(JSON.parse(body), ''), body.endsWith('\n') ? 'newline' : 'no newline'];
}

const HEADERS = ['content-type', 'allow', 'cache-control', 'vary'];

export function formOfAnswer({ status, headers, body, lines, events }: Answer): unknown {
  const type = headers['content-type'] ?? '';
  const said = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
  return {
    status,
    headers: [...HEADERS, ...said.sort()].map((name) => [name, headers[name] ?? 'absent']),
    answer:
      body !== undefined
        ? formOfBody(status, type, body)
        : lines !== undefined
          ? collapsed(lines.map((line) => formOf(JSON.parse(line), '')))
          : collapsed((events ?? []).map(formOfEvent)),
  };
}
