import {readXml} from '../../../../ingest/readers/xml-events.ts';
import type {Condition, Values} from './plan.ts';
import {fillText} from './template.ts';

/**
 * An answer as a tree: JSON as it is; XML by its elements' names without prefixes, texts as leaves, repeated elements as
 * lists. Null when it is neither.
 */
export async function treeOf(body: string): Promise<unknown> {
  const text = body.trim();
  try {
    return text.startsWith('<') ? await xmlTree(text) : (JSON.parse(text) as unknown);
  } catch {
    return null; // Nothing can be true of an answer that is not understood.
  }
}

/** @param path `value.0.Status`; a `*` gives the list of what is there in each element; empty for the whole */
export function at(tree: unknown, path: string): unknown {
  let here: unknown = tree;
  const steps = path === '' ? [] : path.split('.');
  for (const [k, step] of steps.entries()) {
    if (step === '*') {
      const rest = steps.slice(k + 1).join('.');
      return Array.isArray(here) ? here.map(each => at(each, rest)) : undefined;
    }
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}

export function allTrue(conditions: readonly Condition[], tree: unknown, values: Values): boolean {
  return conditions.every(condition => isTrue(condition, tree, values));
}

function isTrue({at: path, is, isNot, empty}: Condition, tree: unknown, values: Values): boolean {
  const filled = fillText(path, values);
  const found = at(tree, filled);
  if (empty !== undefined) return empty === isEmpty(found);
  const all = filled.split('.').includes('*') ? (found as unknown[] | undefined) : [found];
  if (!all || all.length === 0) return false;
  const wanted = [is ?? isNot ?? null]
    .flat()
    .map(value => (typeof value === 'string' ? fillText(value, values) : value));
  const matches = (value: unknown) => wanted.some(want => String(want) === String(value));
  // What is not there is neither.
  return all.every(value => value !== undefined && matches(value) === (is !== undefined));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

async function xmlTree(text: string): Promise<unknown> {
  const root: Record<string, unknown> = {};
  const open: {name: string; children: Record<string, unknown>; text: string}[] = [
    {name: '', children: root, text: ''},
  ];
  await readXml('the answer', pieces(text), {
    open: name => open.push({name, children: {}, text: ''}),
    text: piece => {
      open[open.length - 1].text += piece;
    },
    close: () => {
      const {name, children, text: inside} = open.pop()!;
      const value = Object.keys(children).length > 0 ? children : inside.trim();
      const parent = open[open.length - 1].children;
      if (!Object.hasOwn(parent, name)) parent[name] = value;
      else parent[name] = [parent[name], value].flat();
    },
  });
  return root;
}

async function* pieces(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
