/**
 * Texts about persons that the ledger keeps: mappings, and what a hold rests on. The chain cannot be altered, so they are
 * written down with pseudonyms, and told with the names of those who are not erased.
 */
import {escaped, mentionOf} from './mentions.ts';

const TOKEN = /person-[a-z2-7]{12}/g;

/** A JSON value with a pseudonym for every text that is, as a whole, one of these names. */
export function withPseudonyms<T>(value: T, assigned: ReadonlyMap<string, string>): T {
  return assigned.size === 0 ? value : mapTexts(value, text => assigned.get(text) ?? text);
}

/**
 * A JSON value in which persons are named in sentences and filters, with their pseudonyms. A name that is distinctive is
 * found wherever it stands; another one, such as "7", only where it is said of a factor of persons.
 */
export function hidePersons<T>(value: T, names: ReadonlyMap<string, string>): T {
  const known = [...names].sort(([, a], [, b]) => b.length - a.length);
  return mapTexts(value, text => {
    let hidden = text;
    for (const [person, name] of known) hidden = hidden.replace(patternOf(name), `$1${person}`);
    return hidden;
  });
}

/** A JSON value with names in the place of pseudonyms, where they are known. */
export function tellPersons<T>(value: T, names: ReadonlyMap<string, string>): T {
  return mapTexts(value, text => text.replaceAll(TOKEN, person => names.get(person) ?? person));
}

function patternOf(name: string): RegExp {
  const written = [...new Set([name, name.replaceAll("'", "''")])].map(escaped).join('|');
  const end = String.raw`(?![\p{L}\p{N}_])`;
  if (mentionOf(name).isDistinctive) return new RegExp(String.raw`(^|[^\p{L}\p{N}_])(?:${written})${end}`, 'gu');
  return new RegExp(String.raw`(\.(?:operator|inspector)"?\s*(?:=|!=|is)?\s*'?)(?:${written})${end}`, 'gu');
}

function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return (isLink(value) ? changeLink(value, change) : change(value)) as T;
  if (Array.isArray(value)) return value.map(item => mapTexts(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)])) as T;
}

const isLink = (text: string) => /^\/[\w/]+\?\S*$/.test(text);

function changeLink(link: string, change: (text: string) => string): string {
  const [path, query] = [link.slice(0, link.indexOf('?')), link.slice(link.indexOf('?') + 1)];
  const changed = [...new URLSearchParams(query)].map(([name, value]) => [name, change(value)]);
  return `${path}?${new URLSearchParams(changed)}`;
}
