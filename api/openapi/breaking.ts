/** What a change of the OpenAPI document takes away from those who rely on it. Whatever only adds is no break. */

type Json = Record<string, unknown>;

/** @returns one sentence a break, in the order of the old document */
export function breakingChanges(before: Json, after: Json): string[] {
  const found: string[] = [];
  const now = objectAt(after, 'paths');
  for (const [path, methods] of Object.entries(objectAt(before, 'paths'))) {
    for (const [method, old] of Object.entries(methods as Json)) {
      const route = `${method.toUpperCase()} ${path}`;
      const fresh = (now[path] as Json | undefined)?.[method] as Json | undefined;
      if (fresh) found.push(...ofRoute(route, old as Json, fresh));
      else found.push(`${route}: is gone`);
    }
  }
  return found;
}

function ofRoute(route: string, before: Json, after: Json): string[] {
  const found: string[] = [];
  const parameters = (operation: Json) =>
    new Map(((operation.parameters ?? []) as Json[]).map(p => [`${String(p.in)} ${String(p.name)}`, p]));
  const [old, fresh] = [parameters(before), parameters(after)];
  for (const [name, {schema}] of old) {
    const now = fresh.get(name);
    if (now) found.push(...asked(`${route}: ${name}`, schema as Json, now.schema as Json));
    else found.push(`${route}: ${name} is not taken any more`);
  }
  for (const [name, {required}] of fresh)
    if (required === true && old.get(name)?.required !== true) found.push(`${route}: ${name} has to be sent now`);
  const [oldBody, newBody] = [contentOf(before.requestBody), contentOf(after.requestBody)];
  if (oldBody && newBody) found.push(...asked(`${route}: body`, oldBody, newBody));
  else if (oldBody) found.push(`${route}: takes no body any more`);
  const ok = (operation: Json) => contentOf(objectAt(operation, 'responses')['200']);
  const [oldAnswer, newAnswer] = [ok(before), ok(after)];
  if (oldAnswer && newAnswer) found.push(...answered(`${route}: answer`, oldAnswer, newAnswer));
  else if (oldAnswer) found.push(`${route}: answers nothing any more`);
  return found;
}

/** What was right to send has to stay right. */
function asked(where: string, before: Json, after: Json): string[] {
  const options = optionsOf(before);
  if (options.length > 1 || optionsOf(after).length > 1)
    return options.flatMap(old =>
      optionsOf(after).some(fresh => asked(where, old, fresh).length === 0)
        ? []
        : [`${where} does not take ${told(old)} any more`],
    );
  if (!sameType(before, after)) return [`${where} is ${told(after)}, was ${told(before)}`];
  const found: string[] = [];
  const values = after.enum as unknown[] | undefined;
  if (values) {
    const gone = ((before.enum ?? []) as unknown[]).filter(value => !values.includes(value));
    if (!before.enum || gone.length > 0) found.push(`${where} does not take ${gone.join(', ') || 'any text'} any more`);
  }
  const fresh = objectAt(after, 'properties');
  for (const [name, schema] of Object.entries(objectAt(before, 'properties'))) {
    if (fresh[name]) found.push(...asked(`${where}.${name}`, schema as Json, fresh[name] as Json));
    else if (after.additionalProperties === false) found.push(`${where}.${name} is not taken any more`);
  }
  const had = new Set((before.required ?? []) as string[]);
  for (const name of (after.required ?? []) as string[])
    if (!had.has(name)) found.push(`${where}.${name} has to be sent now`);
  if (before.items && after.items) found.push(...asked(`${where}[]`, before.items as Json, after.items as Json));
  return found;
}

/** What was promised has to be there still, and nothing may be there that nobody could expect. */
function answered(where: string, before: Json, after: Json): string[] {
  const options = optionsOf(after);
  if (options.length > 1 || optionsOf(before).length > 1)
    return options.flatMap(fresh =>
      optionsOf(before).some(old => answered(where, old, fresh).length === 0)
        ? []
        : [`${where} may be ${told(fresh)} now`],
    );
  if (!sameType(before, after)) return [`${where} is ${told(after)}, was ${told(before)}`];
  const found: string[] = [];
  const fresh = objectAt(after, 'properties');
  const sure = new Set((after.required ?? []) as string[]);
  const wasSure = new Set((before.required ?? []) as string[]);
  for (const [name, schema] of Object.entries(objectAt(before, 'properties'))) {
    if (!fresh[name]) found.push(`${where}.${name} is gone`);
    else if (wasSure.has(name) && !sure.has(name)) found.push(`${where}.${name} may be missing now`);
    else found.push(...answered(`${where}.${name}`, schema as Json, fresh[name] as Json));
  }
  if (before.items && after.items) found.push(...answered(`${where}[]`, before.items as Json, after.items as Json));
  return found;
}

/** A schema that says nothing is promised to be anything, and takes anything. */
const sameType = (before: Json, after: Json): boolean =>
  before.type === after.type || after.type === undefined || before.type === undefined || widens(before, after);

const widens = (before: Json, after: Json): boolean => before.type === 'integer' && after.type === 'number';

function optionsOf(schema: Json): Json[] {
  const options = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (options) return options.flatMap(optionsOf);
  return Array.isArray(schema.type) ? schema.type.map(type => ({...schema, type})) : [schema];
}

const told = ({type, enum: values, const: value}: Json): string =>
  value !== undefined
    ? JSON.stringify(value)
    : values
      ? (values as unknown[]).join(' | ')
      : String((type as string | undefined) ?? 'anything');

function contentOf(body: unknown): Json | null {
  const content = objectAt((body ?? {}) as Json, 'content');
  const [first] = Object.values(content) as Json[];
  return (first?.schema as Json | undefined) ?? null;
}

const objectAt = (of: Json, name: string): Json => (of[name] ?? {}) as Json;
