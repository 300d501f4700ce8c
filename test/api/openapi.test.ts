/** The contract: what is served is what is kept, and what breaks it is noticed. */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {breakingChanges} from '../../api/openapi/breaking.ts';
import {describeApi, KEPT} from '../../api/openapi/describe.ts';
import {servedPlant} from './plant.ts';

type Json = Record<string, unknown>;
const kept = JSON.parse(readFileSync(KEPT, 'utf8')) as Json;

test('the document that is kept is the one that is served; otherwise: npm run openapi', async () => {
  const served = await describeApi();
  expect(breakingChanges(kept, served)).toEqual([]);
  expect(served).toEqual(kept);
});

const document = (query: Json, answer: Json, body?: Json): Json => ({
  paths: {
    '/v1/x': {
      post: {
        parameters: Object.entries(query).map(([name, schema]) => ({in: 'query', name, schema})),
        ...(body && {requestBody: {content: {'application/json': {schema: body}}}}),
        responses: {200: {content: {'application/json': {schema: answer}}}},
      },
    },
  },
});
const object = (properties: Json, required: string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const [text, number] = [{type: 'string'}, {type: 'number'}];
const orNull = (schema: Json) => ({anyOf: [schema, {type: 'null'}]});

test.each<[what: string, before: Json, after: Json, breaks: string[]]>([
  ['nothing', document({a: text}, object({x: text})), document({a: text}, object({x: text})), []],
  [
    'a parameter more, a field more',
    document({}, object({x: text})),
    document({a: text}, object({x: text, y: text})),
    [],
  ],
  ['a route less', document({}, text), {paths: {}}, ['POST /v1/x: is gone']],
  ['a parameter less', document({a: text}, text), document({}, text), ['POST /v1/x: query a is not taken any more']],
  [
    'a parameter of another type',
    document({a: text}, text),
    document({a: number}, text),
    ['POST /v1/x: query a is number, was string'],
  ],
  [
    'a value less',
    document({a: {type: 'string', enum: ['x', 'y']}}, text),
    document({a: {type: 'string', enum: ['x']}}, text),
    ['POST /v1/x: query a does not take y any more'],
  ],
  [
    'a value more',
    document({a: {type: 'string', enum: ['x']}}, text),
    document({a: {type: 'string', enum: ['x', 'y']}}, text),
    [],
  ],
  [
    'a field less',
    document({}, object({x: object({y: text})})),
    document({}, object({x: object({})})),
    ['POST /v1/x: answer.x.y is gone'],
  ],
  [
    'a field that may be missing',
    document({}, object({x: text})),
    document({}, object({x: text}, [])),
    ['POST /v1/x: answer.x may be missing now'],
  ],
  [
    'a field that may be null',
    document({}, object({x: text})),
    document({}, object({x: orNull(text)})),
    ['POST /v1/x: answer.x may be null now'],
  ],
  ['a field that never is null', document({}, object({x: orNull(text)})), document({}, object({x: text})), []],
  [
    'an element of another type',
    document({}, {type: 'array', items: text}),
    document({}, {type: 'array', items: number}),
    ['POST /v1/x: answer[] is number, was string'],
  ],
  [
    'a field to send',
    document({}, text, object({})),
    document({}, text, object({x: text})),
    ['POST /v1/x: body.x has to be sent now'],
  ],
  [
    'a field less to send',
    document({}, text, object({x: text}, [])),
    document({}, text, object({})),
    ['POST /v1/x: body.x is not taken any more'],
  ],
  ['a body that may be null', document({}, text, object({x: text})), document({}, text, orNull(object({x: text}))), []],
])('%s', (_what, before, after, breaks) => {
  expect(breakingChanges(before, after)).toEqual(breaks);
});

test('the documentation is a page of this server alone', async () => {
  const {http} = await servedPlant({empty: true});
  const page = await http.inject('/docs');
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url);
  expect(loaded).toHaveLength(3);
  for (const url of loaded)
    expect([url, (await http.inject(url)).statusCode]).toEqual([expect.stringMatching(/^\/docs\//), 200]);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  expect(page.headers['content-security-policy']).not.toContain('unsafe');
});
