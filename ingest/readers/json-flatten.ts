/** Nested JSON as flat records of text. */

const DEPTH_MAX = 64;
/** Stands before the digits of a number while it is parsed as a text, so that none is rounded. */
const NUMBER = '\u{f0000}';

type Fields = Record<string, string>;

/**
 * Parses JSON whose numbers keep their digits. @throws SyntaxError
 * @returns text, booleans, null, arrays, objects; numbers as marked texts, for `flatten`
 */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Most numbers have so few digits that nothing can be lost.
  if (!/\d[\d.]{14}|\d[eE]|\.\d*0|\d\.0/.test(text)) return value;
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, token =>
      token[0] === '"' ? token : `"${NUMBER}${token}"`,
    ),
  );
}

/**
 * Objects become columns `a.b`; arrays stay JSON text, but for those along `rows`, whose elements each make a record
 * that has the fields around them too, and the element's place (1 = first) in `<array>.$index`. An array that is empty or
 * missing leaves one record without its fields.
 * @throws Error if two fields would have the same name, or it is nested too deep
 */
export function flatten(value: object, rows: readonly string[], around: Fields = {}): Fields[] {
  const fields = {...around};
  const inner = takeFields(value, '', rows.join('.'), rows.length, fields);
  if (rows.length === 0 || inner === undefined) return [fields];
  return explode(inner.array, inner.name, rows.slice(inner.used), fields);
}

function explode(array: unknown[], name: string, rows: readonly string[], around: Fields): Fields[] {
  if (array.length === 0) return [around];
  return array.flatMap((element, i) => {
    const fields: Fields = {...around, [`${name}.$index`]: String(i + 1)};
    if (!isObject(element)) {
      put(fields, name, textOf(element));
      return [fields];
    }
    const path = rows.map(row => row);
    const inner = takeFields(
      element,
      `${name}.`,
      path.length > 0 ? `${name}.${path.join('.')}` : '',
      path.length,
      fields,
    );
    return inner === undefined ? [fields] : explode(inner.array, inner.name, path.slice(inner.used), fields);
  });
}

/** @returns the array that makes records: the first along the path */
function takeFields(
  value: object,
  prefix: string,
  path: string,
  length: number,
  fields: Fields,
  depth = 1,
): {array: unknown[]; name: string; used: number} | undefined {
  if (depth > DEPTH_MAX) throw new Error(`is nested deeper than ${DEPTH_MAX} levels`);
  let found: {array: unknown[]; name: string; used: number} | undefined;
  for (const [key, member] of Object.entries(value)) {
    const name = prefix + key;
    const isAlong = length > 0 && (path === name || path.startsWith(`${name}.`));
    if (Array.isArray(member) && isAlong) {
      const left = path.slice(name.length).split('.').length - 1;
      found = {array: member, name, used: length - left};
    } else if (isObject(member)) found = takeFields(member, `${name}.`, path, length, fields, depth + 1) ?? found;
    else put(fields, name, textOf(member));
  }
  return found;
}

function put(fields: Fields, name: string, text: string | undefined): void {
  if (text === undefined) return;
  if (Object.hasOwn(fields, name)) throw new Error(`has two fields "${name}"`);
  fields[name] = text;
}

function textOf(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return value.startsWith(NUMBER) ? value.slice(NUMBER.length) : value;
  return typeof value === 'object' ? JSON.stringify(value).replaceAll(MARKED, '$1') : JSON.stringify(value);
}

const MARKED = new RegExp(`"${NUMBER}([^"]*)"`, 'gu');

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
