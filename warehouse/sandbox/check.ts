/** What a query may say: one SELECT over the tables for people, calling nothing but pure functions. */
import {FUNCTIONS, insteadOf, TABLE_FUNCTIONS} from './functions.ts';

/** SQL that is not run. `position` is where, in bytes; null where that is not known. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly hint: string;
  readonly position: number | null;

  constructor(message: string, hint: string, position: number | null = null) {
    super(message);
    this.hint = hint;
    this.position = position;
  }
}

type Node = Readonly<Record<string, unknown>>;

/** The kinds of things that may stand in a FROM clause. */
const SOURCES: ReadonlySet<string> = new Set([
  'BASE_TABLE',
  'SUBQUERY',
  'JOIN',
  'TABLE_FUNCTION',
  'EXPRESSION_LIST',
  'EMPTY',
  'PIVOT',
  'SHOW_REF',
]);

/**
 * Walks the whole of a parsed statement, as `json_serialize_sql` tells it.
 * @param tables the names of what may be read, in lower case
 * @throws Refusal for the first thing that is not allowed
 */
export function checkTree(tree: unknown, tables: ReadonlySet<string>): void {
  if (Array.isArray(tree)) {
    for (const item of tree) checkTree(item, tables);
    return;
  }
  if (typeof tree !== 'object' || tree === null) return;
  const node = tree as Node;
  checkCall(node, FUNCTIONS);
  if (isSource(node)) checkSource(node, tables);
  const inside = withCtes(node, tables);
  for (const [key, child] of Object.entries(node)) {
    if (key === 'cte_map') continue;
    // What stands there is called as a table, and its arguments are values.
    if (key === 'function' && node.type === 'TABLE_FUNCTION') checkTableCall(child as Node, inside);
    else checkTree(child, inside);
  }
}

/** Everything that stands in a FROM clause says a sample, if only that there is none. */
const isSource = (node: Node) => ('sample' in node && !('select_list' in node)) || node.type === 'BASE_TABLE';

function checkCall(node: Node, allowed: ReadonlySet<string>): void {
  if (typeof node.function_name !== 'string') return;
  const name = node.function_name.toLowerCase();
  if (allowed.has(name)) return;
  const what = allowed === TABLE_FUNCTIONS ? `${name}() as a table` : `${name}()`;
  throw new Refusal(`${what} may not be used here`, insteadOf(name), placeOf(node));
}

function checkTableCall(call: Node, tables: ReadonlySet<string>): void {
  checkCall(call, TABLE_FUNCTIONS);
  for (const [key, child] of Object.entries(call)) if (key !== 'function_name') checkTree(child, tables);
}

function checkSource(node: Node, tables: ReadonlySet<string>): void {
  const {type} = node;
  if (typeof type !== 'string' || !SOURCES.has(type))
    throw new Refusal(`${String(type)} may not be read from`, listed(tables), placeOf(node));
  if (type === 'SHOW_REF' && (node.query === null || !['DESCRIBE', 'SUMMARY'].includes(String(node.show_type))))
    throw new Refusal('that may not be shown', listed(tables), placeOf(node));
  if (type !== 'BASE_TABLE') return;
  const {catalog_name: catalog, schema_name: schema, table_name: table} = node as Record<string, string>;
  const isPlain = catalog === '' && (schema === '' || schema.toLowerCase() === 'main');
  if (isPlain && tables.has(table.toLowerCase())) return;
  const name = [catalog, schema, table].filter(part => part !== '').join('.');
  throw new Refusal(`there is no table "${name}" for people's SQL`, listed(tables), placeOf(node));
}

/**
 * Names that a WITH clause makes are tables inside of it, each from its own definition on: in the definition itself, and
 * in those before, the name still means what it did outside, unless it is recursive.
 */
function withCtes(node: Node, tables: ReadonlySet<string>): ReadonlySet<string> {
  const {map = []} = (node.cte_map ?? {}) as {map?: {key: string; value: Node}[]};
  let known = tables;
  for (const {key, value} of map) {
    const {query} = value as {query?: {node?: Node}};
    const named = new Set([...known, key.toLowerCase()]);
    checkTree(value, query?.node?.type === 'RECURSIVE_CTE_NODE' ? named : known);
    known = named;
  }
  return known;
}

const placeOf = ({query_location: at}: Node) => (typeof at === 'number' && at < 1e9 ? at : null);

function listed(tables: ReadonlySet<string>): string {
  return `there are: ${[...tables].sort().join(', ')}`;
}
