/** Numbers as people read them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `1,234`, and `12.3K` where it is long. */
export function count(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

/** Three digits that matter. */
export function decimal(value: number): string {
  return value >= 100 ? whole.format(value) : value >= 10 ? value.toFixed(1) : value.toFixed(value === 0 ? 0 : 2);
}

/** A number and its unit; milliseconds in. */
export function duration(ms: number | null | undefined): readonly [number: string, unit: string] {
  if (ms === null || ms === undefined) return ['–', ''];
  if (ms < 1) return ['<1', 'ms'];
  if (ms < 1_000) return [ms < 10 && ms % 1 !== 0 ? ms.toFixed(1) : whole.format(ms), 'ms'];
  if (ms < 60_000) return [(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1), 's'];
  if (ms < 3_600_000) return [(ms / 60_000).toFixed(1), 'min'];
  return [decimal(ms / 3_600_000), 'h'];
}

export function durationText(ms: number | null | undefined): string {
  return duration(ms).join(' ').trim();
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let left = value;
  while (left >= 1_000 && at < units.length - 1) {
    left /= 1_000;
    at += 1;
  }
  return `${at === 0 ? left : left.toFixed(left < 10 ? 1 : 0)} ${units[at]}`;
}

export function percent(value: number): string {
  return String(Math.round(10 * value) / 10);
}

export function money(value: number, currency: string): string {
  const digits = value !== 0 && value < 0.01 ? 6 : 2;
  return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`;
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en', { hour12: false });
}
