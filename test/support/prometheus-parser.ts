/** Prometheus' own parser of its text format: the Python client's (Debian: python3-prometheus-client). */
import { execFileSync } from 'node:child_process';

export type Sample = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];
/** Counters lose their `_total` in the family's name. */
export type Family = readonly [name: string, type: string, help: string, samples: readonly Sample[]];

const PYTHON = '/usr/bin/python3';
const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())]))
`;

export function hasPrometheusParser(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import prometheus_client.parser'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('python3-prometheus-client is not there: the metrics are not read by its parser');
    return false;
  }
}

/** Throws where the text is not well-formed. */
export function parsePrometheus(text: string): readonly Family[] {
  return JSON.parse(execFileSync(PYTHON, ['-c', PARSE], { input: text, encoding: 'utf8' })) as Family[];
}
