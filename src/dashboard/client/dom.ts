/** Elements by their id, and small pieces made of text: nothing here ever parses HTML, so nothing that was asked can be markup. */

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as T;
}

type Child = Node | string;

export function el(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function text(id: string, value: string): void {
  const element = byId(id);
  if (element.textContent !== value) element.textContent = value;
}

const shown = new WeakMap<HTMLElement, string>();

/** Renders anew only what has changed: a selection or the focus in it is not lost each second. */
export function fill(id: string, of: unknown, children: () => readonly Child[]): void {
  const element = byId(id);
  const now = JSON.stringify(of);
  if (shown.get(element) === now) return;
  shown.set(element, now);
  element.replaceChildren(...children());
}

/** The colour of an outcome; styles are set by script, which the content security policy allows, and not in markup. */
export function coloured<T extends HTMLElement>(element: T, outcome: string): T {
  element.style.setProperty('--of', `var(--${outcome})`);
  return element;
}

export function pairs(id: string, rows: readonly (readonly [name: string, value: string])[]): void {
  fill(id, rows, () => rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => Child;
  /** Words stand on the left, numbers on the right. */
  readonly words?: true;
}

/** The first column heads its row. */
export function table<Row>(id: string, columns: readonly Column<Row>[], rows: readonly Row[], none: string): void {
  fill(id, rows, () => {
    if (rows.length === 0) return [el('p', { class: 'none' }, none)];
    const side = ({ words }: Column<Row>) => (words ? { class: 'left' } : {});
    const head = el('tr', {}, ...columns.map((column) => el('th', { scope: 'col', ...side(column) }, column.name)));
    const body = rows.map((row) => {
      const [heading, ...rest] = columns.map((column, at) =>
        el(at === 0 ? 'th' : 'td', at === 0 ? { scope: 'row' } : side(column), column.of(row)),
      );
      return el('tr', {}, heading ?? '', ...rest);
    });
    return [el('table', {}, el('thead', {}, head), el('tbody', {}, ...body))];
  });
}
