/** What a cell shows besides charts: tables, figures with their names, and inputs for `view`. */
import type {Table} from 'apache-arrow';

type Cell = string | number | Node | null | undefined;

export interface Column<Row> {
  name: string;
  cell: (row: Row) => Cell;
  /** Right-aligned figures. */
  isNumber?: boolean;
}

const MISSING = '–';

export function tableOf<Row>(rows: Iterable<Row>, columns: readonly Column<Row>[]): HTMLElement {
  const head = element(
    'tr',
    {},
    columns.map(({name, isNumber}) => element('th', {scope: 'col', class: isNumber ? 'number' : ''}, [name])),
  );
  const body = Array.from(rows, row =>
    element(
      'tr',
      {},
      columns.map(({cell, isNumber}) => element('td', {class: isNumber ? 'number' : ''}, [cell(row) ?? MISSING])),
    ),
  );
  const table = element('table', {}, [element('thead', {}, [head]), element('tbody', {}, body)]);
  return element('div', {class: 'wide', tabindex: '0'}, [table]);
}

/** Rows as they came, without the columns that are empty in all of them; times in UTC. */
export function arrowRows(table: Table): HTMLElement {
  const rows = table.toArray() as Record<string, string | number | null>[];
  const fields = table.schema.fields.filter(({name}) => rows.some(row => row[name] !== null));
  return tableOf(
    rows,
    fields.map(({name, type}) => {
      const kind = String(type);
      const asTime = (value: number) => new Date(value).toISOString().replace('.000', '');
      return {
        name,
        isNumber: kind.startsWith('Float'),
        cell: row => (kind.startsWith('Timestamp') && row[name] !== null ? asTime(Number(row[name])) : row[name]),
      };
    }),
  );
}

/** Rows of an SQL cell: the first of them, and how many there are besides. */
export function sqlRows(rows: readonly Record<string, unknown>[], {most = 20}: {most?: number} = {}): HTMLElement {
  const names = rows.length > 0 ? Object.keys(rows[0]) : [];
  const columns = names.map((name): Column<Record<string, unknown>> => {
    const isNumber = rows.every(row => row[name] === null || typeof row[name] === 'number');
    return {name, isNumber, cell: row => told(row[name])};
  });
  const table = tableOf(rows.slice(0, most), columns);
  const beyond = rows.length - most;
  const under = rows.length === 0 ? 'No rows.' : beyond > 0 ? `${beyond} more rows are not shown.` : null;
  return under === null ? table : element('div', {}, [table, says('under', under)]);
}

function told(value: unknown): Cell {
  if (value === null || typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString().replace('.000', '');
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(4));
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

/** A paragraph: a `claim` is what a cell has found, `under` is what that rests on. */
export function says(kind: 'claim' | 'under', ...said: (string | Node)[]): HTMLElement {
  return element('p', {class: kind}, said);
}

/**
 * A drawing with its title, what its axes are and in which unit, and what to look for in it.
 * @param axes such as "Across: share of defective parts, in %. Down: tool."
 */
export function figure({title, axes, see}: {title: string; axes: string; see: string}, drawing: Element): HTMLElement {
  return element('figure', {}, [
    element('figcaption', {}, [element('strong', {}, [title]), element('span', {class: 'axes'}, [axes])]),
    drawing,
    element('p', {class: 'under'}, [see]),
  ]);
}

export function links(entries: readonly (readonly [text: string, href: string])[]): HTMLElement {
  return element(
    'ul',
    {},
    entries.map(([text, href]) => element('li', {}, [element('a', {href}, [text])])),
  );
}

/** Figures with their names above, in one line. */
export function facts(entries: readonly (readonly [name: string, value: Cell])[]): HTMLElement {
  return element(
    'dl',
    {class: 'facts'},
    entries.map(([name, value]) =>
      element('div', {}, [element('dt', {}, [name]), element('dd', {}, [value ?? MISSING])]),
    ),
  );
}

/** One of several texts, for `view`. */
export function choice(label: string, options: readonly string[], chosen: string | undefined): HTMLElement {
  const select = element(
    'select',
    {},
    options.map(option =>
      element('option', option === chosen ? {value: option, selected: ''} : {value: option}, [option]),
    ),
  );
  return labelled(label, select);
}

/** A whole number, for `view`. */
export function wholeNumber(label: string, value: number, {min = 0, max = 1e9} = {}): HTMLElement {
  return labelled(
    label,
    element('input', {type: 'number', value: String(value), min: String(min), max: String(max), step: '1'}, []),
  );
}

/** `view` reads `value` and listens for `input`; both come from the input inside. */
function labelled(label: string, input: HTMLSelectElement | HTMLInputElement): HTMLElement {
  const form = element('label', {class: 'input'}, [element('span', {}, [label]), input]);
  const read = () => (input instanceof HTMLInputElement ? input.valueAsNumber : input.value);
  return Object.defineProperty(form, 'value', {get: read});
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  children: readonly Exclude<Cell, null | undefined>[],
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== '' || name === 'selected') made.setAttribute(name, value);
  made.append(...children.map(child => (typeof child === 'number' ? String(child) : child)));
  return made;
}
