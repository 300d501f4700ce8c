/** Requests made from the OpenAPI document: as it says they should be, nearly so, and as nobody should send them. */
import fc from 'fast-check';

interface Schema {
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  type?: string | string[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

interface Described {
  parameters?: Route['parameters'];
  requestBody?: {content: Record<string, {schema: Schema}>};
}

export interface Route {
  method: string;
  path: string;
  parameters: {in: string; name: string; required?: boolean; schema: Schema}[];
  body: Schema | null;
}

export interface Fuzzed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

export function routesOf(document: {paths: Record<string, Record<string, Described>>}): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, {parameters = [], requestBody}]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema ?? null,
    })),
  );
}

/** What the small plant of the tests knows, so that some questions have an answer. */
const KNOWN = [
  'P1',
  'P9',
  'L1',
  'S1',
  'A',
  'bore',
  'B1',
  'T7',
  'bore.tool',
  'part.product',
  'bore.torque',
  'any-fail',
  'scratch',
  "bore.tool = 'T7'",
  "part.product in ('A', 'B')",
  '2024-03-01T06:00:00Z',
  '2024-03-01',
  'lot',
  'part',
  'p',
  '1',
  '8',
];

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '..\\..\\x',
  '%00',
  '%',
  '\u202e',
  '\ufeff',
  ..."' or 1=1 --|\"; drop table fact.parts; --|$1|$x|{}|read_text('/etc/passwd')|a = (((|= = =|not not not|*|?|[|(|\\".split(
    '|',
  ),
  '9'.repeat(400),
  '-1',
  '1e400',
  'NaN',
  'Infinity',
  '0x10',
  '1.5',
  '2024-13-45T99:99:99Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  'Z',
  'x'.repeat(20_000),
  '('.repeat(5_000),
  "a = 'b' and ".repeat(500),
  'e\u0301'.repeat(100),
  '😀'.repeat(300),
];
const HOSTILE: readonly unknown[] = [
  ...HOSTILE_TEXTS,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  -1e308,
  5e-324,
  [],
  {},
  [[]],
  [null],
  JSON.parse(deep(200)) as unknown,
  JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{}}}') as unknown,
];
const RAW_BODIES = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '""',
  '[]',
  '{}',
  '{',
  '}',
  '[1,',
  '{"a":}',
  '{"a":1e999}',
  "{'a':1}",
  '{"a":1,"a":2}',
  '\ufeff{}',
  'NaN',
  deep(20_000),
  '{"a":'.repeat(10_000),
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  `"${'y'.repeat(1_100_000)}"`,
  'PK\u0003\u0004',
  'PAR1',
  'ARROW1',
  'a,b\n1,2\n',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
].map(text => Buffer.from(text));
RAW_BODIES.push(
  Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.alloc(5_000),
);

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'text/plain',
  'text/csv',
  'application/x-ndjson',
  'application/vnd.apache.parquet',
  'application/vnd.apache.arrow.stream',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'nonsense',
  'a/b;;;=',
  '*/*',
];

const hostile = fc.constantFrom(...HOSTILE);

/** What a schema takes. */
function valid(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(valid));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map(type => valid({...schema, type})));
  return ofType(schema);
}

function ofType(schema: Schema): fc.Arbitrary<unknown> {
  const {minimum = -1000, maximum = 1000} = schema;
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(minimum, (schema.exclusiveMinimum ?? minimum - 1) + 1, -1000),
        max: Math.min(maximum, 1000),
      });
    case 'number':
      return fc.double({min: Math.max(minimum, -1000), max: Math.min(maximum, 1000), noNaN: true});
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valid(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(3, schema.minItems ?? 0),
      });
    case 'object':
      return record(schema);
    default:
      return fc.jsonValue({maxDepth: 3});
  }
}

function text({format, minLength = 0, maxLength = 40}: Schema): fc.Arbitrary<string> {
  if (format === 'date-time' || format === 'date') {
    const day = fc.date({min: new Date('2020-01-01'), max: new Date('2027-01-01'), noInvalidDate: true});
    return day.map(date => (format === 'date' ? date.toISOString().slice(0, 10) : date.toISOString()));
  }
  const any = fc.string({unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40))});
  return fc.oneof({weight: 3, arbitrary: fc.constantFrom(...KNOWN)}, {weight: 1, arbitrary: any});
}

function record({properties = {}, required = [], additionalProperties}: Schema): fc.Arbitrary<unknown> {
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object')
    return fc.dictionary(fc.constantFrom(...KNOWN), valid(additionalProperties), {maxKeys: 3});
  const model = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valid(schema)]));
  return fc.record(model, {requiredKeys: required});
}

/** One thing about it is wrong: a field less, a field more, or something else in its place. */
function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid(schema), hostile, fc.nat(), fc.constantFrom('less', 'more', 'other'))
    .map(([value, wrong, which, how]) => {
      if (value === null || typeof value !== 'object') return wrong;
      const fields = Object.entries(value);
      const [name] = fields[which % Math.max(1, fields.length)] ?? ['x'];
      if (how === 'less')
        return Array.isArray(value) ? value.slice(1) : Object.fromEntries(fields.filter(([other]) => other !== name));
      if (Array.isArray(value)) return [...(value as unknown[]), wrong];
      return {...value, [how === 'more' ? `${name}_` : name]: wrong};
    });
}

/** Half of a pair of surrogates cannot be encoded. */
const encoded = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replaceAll(/\p{Surrogate}/gu, '?'),
  );
/** Not what any encoder makes. */
const MANGLED = ['%', '%zz', '%ff', '%c3%28', '%00', 'a%2', '%u0041', '+', '%2e%2e%2f'];

/** Half of them as the document says, half as nobody should send them. */
export function requestsOf(route: Route): fc.Arbitrary<Fuzzed> {
  return fc.oneof(requests(route, false), requests(route, true));
}

function requests(route: Route, isWicked: boolean): fc.Arbitrary<Fuzzed> {
  const piece = (schema: Schema) => (isWicked ? wickedPiece(schema) : valid(schema).map(encoded));
  const inPath = route.parameters.filter(p => p.in === 'path');
  const inQuery = route.parameters.filter(p => p.in === 'query');
  const pieces = fc.tuple(...inPath.map(({schema}) => piece(schema)));
  const query = fc.record(Object.fromEntries(inQuery.map(({name, schema}) => [name, piece(schema)])), {
    requiredKeys: inQuery.filter(p => !isWicked && p.required).map(p => p.name),
  });
  const more = isWicked ? fc.constantFrom(...EXTRA) : fc.constant('');
  const type = isWicked ? wickedType : fc.constant('application/json');
  const headers = isWicked ? wickedHeaders : fc.constant({});
  const body =
    route.method === 'GET' ? fc.constant(null) : isWicked ? wickedBody(route) : valid(route.body ?? {}).map(json);
  return fc.tuple(pieces, query, more, body, type, headers).map(([inPlace, asked, extra, sent, contentType, said]) => {
    let k = 0;
    const path = route.path.replaceAll(/\{[^}]+\}/g, () => inPlace[k++] || 'x');
    const named = Object.entries(asked).map(([name, value]) => `${encodeURIComponent(name)}=${value}`);
    const text = [...named, extra].filter(Boolean).join('&');
    return {
      method: route.method,
      path: text === '' ? path : `${path}?${text}`,
      headers: {...said, ...(sent === null ? {} : {'content-type': contentType})} as Record<string, string>,
      body: sent,
    };
  });
}

const EXTRA = ['', '', '', '', 'x=1', '__proto__=1', 'from=1&from=2', 'a[]=1', '&&&', '=', `${'q'.repeat(5_000)}=1`];

function wickedPiece(schema: Schema): fc.Arbitrary<string> {
  return fc.oneof(
    {weight: 4, arbitrary: valid(schema).map(encoded)},
    {weight: 2, arbitrary: hostile.map(value => encoded(value).slice(0, 4_000))},
    {weight: 1, arbitrary: fc.constantFrom(...MANGLED)},
  );
}

function wickedBody({body}: Route): fc.Arbitrary<Buffer> {
  const schema = body ?? {};
  return fc.oneof(
    {weight: 1, arbitrary: valid(schema).map(json)},
    {weight: 3, arbitrary: nearly(schema).map(json)},
    {weight: 1, arbitrary: hostile.map(json)},
    {weight: 2, arbitrary: fc.constantFrom(...RAW_BODIES)},
  );
}

const wickedType = fc.oneof(
  {weight: 3, arbitrary: fc.constant('application/json')},
  {weight: 2, arbitrary: fc.constantFrom(...TYPES)},
);

const wickedHeaders = fc.record(
  {
    accept: fc.constantFrom('application/json', 'text/csv', 'x', '*/*;q=0', ',,,', 'a'.repeat(3_000)),
    'idempotency-key': fc.constantFrom('k', ' ', 'k'.repeat(300), "'"),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"', ''),
    'x-request-id': fc.constantFrom('r1', 'a b', 'i'.repeat(200), '<script>'),
    authorization: fc.constantFrom('Bearer ', 'Bearer fb_x', 'Basic x', `Bearer ${'z'.repeat(2_000)}`),
  },
  {requiredKeys: []},
);

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value) ?? '');
}
