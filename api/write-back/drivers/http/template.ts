import {Refused} from '../failure.ts';
import type {Plan, Request, Values} from './plan.ts';

/** What a message does not know: no mistake of the receiver's. */
export const NONE = Symbol('none');

/** `{lot}`; `{text|40}` for 40 characters of it at most; `{lot|odata}` between quotes of OData; both as `{text|40|odata}`. */
const PLACEHOLDER = /\{(\w+)(?:\|(\d+))?(\|odata)?\}/g;

/** A path: values cannot leave the place in it that they were given. */
export function fillPath(template: string, values: Values): string {
  return fill(template, values, text => {
    if (text === '' || /^\.\.?$/.test(text)) throw new Refused(`'${text}' cannot be a part of a URL`);
    return encodeURIComponent(text).replace(/'/g, '%27');
  });
}

/** A header: what would end it or is not ASCII is percent-encoded. */
export function fillHeader(template: string, values: Values): string {
  return fill(template, values, text => text.replace(/[^\x20-\x7e]/gu, encodeURIComponent));
}

export function fillXml(template: string, values: Values): string {
  return fill(template, values, text =>
    text.replace(/[^\P{Cc}\t\n\r]/gu, ' ').replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`),
  );
}

/** JSON: texts are filled after parsing, so that no value can break out. */
export function fillJson(template: unknown, values: Values): unknown {
  if (typeof template === 'string') {
    const alone = /^\{(\w+)\}$/.exec(template);
    const value = alone && valueNamed(alone[1], values);
    return alone ? (value === NONE ? null : value) : fillText(template, values);
  }
  if (Array.isArray(template)) return template.map(each => fillJson(each, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, fillJson(each, values)]));
}

export function fillText(template: string, values: Values): string {
  return fill(template, values, text => text);
}

/** The names of all placeholders of a plan. */
export function placeholders(plan: Plan): Set<string> {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(plan);
  return new Set(texts.flatMap(text => [...text.matchAll(PLACEHOLDER)].map(([, name]) => name)));
}

/** The names of what a plan keeps of answers. */
export function kept(plan: Plan): string[] {
  const requests: Partial<Request>[] = [
    ...(plan.find ?? []),
    plan.state ?? {},
    ...(plan.hold ?? []),
    ...(plan.release ?? []),
  ];
  return requests.flatMap(({keep}) => Object.keys(keep ?? {}));
}

function fill(template: string, values: Values, safe: (text: string) => string): string {
  return template.replace(PLACEHOLDER, (_all, name: string, longest: string | undefined, odata: string | undefined) => {
    const value = valueNamed(name, values);
    const whole = value === NONE ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    if (/\p{Surrogate}/u.test(whole)) throw new Refused(`half a character in ${name} cannot be sent`);
    const text = longest === undefined ? whole : beginning(whole, Number(longest));
    return safe(odata ? text.replace(/'/g, "''") : text);
  });
}

/** Of at most so many UTF-16 units, as receivers count their fields, and of whole characters. */
function beginning(text: string, longest: number): string {
  return text.slice(0, longest).replace(/\p{Surrogate}$/u, '');
}

function valueNamed(name: string, values: Values): unknown {
  const value = values[name];
  if (value === undefined || value === null) throw new Refused(`the receiver's answer did not tell its ${name}`);
  return value;
}
