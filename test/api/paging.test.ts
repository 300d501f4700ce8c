/** Lists in pages: each item once, in one order, as they stood when the first page was taken. */
import {expect, test} from 'vitest';
import {servedPlant} from './plant.ts';

const CSV = {'content-type': 'text/csv'};

test('a table, by its natural key, missing values in it included', async () => {
  const {http} = await servedPlant();
  const post = (table: string, payload: string) =>
    http.inject({method: 'POST', url: `/v1/ingest/${table}`, headers: CSV, payload});
  await post(
    'operations',
    'part,work_order,step,run,started_at\n,W1,saw,,\n,W2,saw,,2024-03-01T06:00:00Z\nP1,,saw,2,\n',
  );
  const whole = (await http.inject('/v1/tables/operations.json')).json<{rows: object[]; asOf: number}>();
  expect(whole.rows).toHaveLength(15);
  const pages: object[][] = [];
  for (let url = '/v1/tables/operations.json?limit=4'; url; ) {
    const answer = await http.inject(url);
    pages.push(answer.json<{rows: object[]}>().rows);
    // What comes in between is not of this list.
    await post('operations', `part,step,started_at\nP${pages.length},wash,2024-03-02T06:00:00Z\n`);
    expect(answer.headers['fishbone-as-of']).toBe(String(whole.asOf));
    url = /<([^>]+)>; rel="next"/.exec(String(answer.headers.link))?.[1] ?? '';
  }
  expect(pages.map(({length}) => length)).toEqual([4, 4, 4, 3]);
  expect(pages.flat()).toEqual(whole.rows);
});

test('batches and holds, the newest first', async () => {
  const {app, http} = await servedPlant();
  const seen: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const url: string = `/v1/batches?limit=3${cursor && `&cursor=${cursor}`}`;
    const page: {batches: {batch: number}[]; next: string | null} = (await http.inject(url)).json();
    seen.push(...page.batches.map(({batch}) => batch));
    await http.inject({
      method: 'POST',
      url: '/v1/ingest/lots',
      headers: CSV,
      payload: `lot,material\nX${seen.length},s\n`,
    });
    cursor = page.next;
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  const {id: contained} = (await http.inject({method: 'POST', url: '/v1/contain', payload: {target: 'L1'}})).json<{
    id: string;
  }>();
  for (const by of ['A', 'B', 'C']) await app.proposeHold({contained, reason: 'R', text: '', by});
  const first = (await http.inject('/v1/holds?limit=2')).json<{holds: {proposedBy: string}[]; next: string}>();
  const second = (await http.inject(`/v1/holds?limit=2&cursor=${first.next}`)).json<typeof first>();
  expect([first, second].map(({holds}) => holds.map(({proposedBy}) => proposedBy))).toEqual([['C', 'B'], ['A']]);
  expect(second.next).toBeNull();
});

test('a cursor of another table, or of nobody, is refused', async () => {
  const {http} = await servedPlant();
  const next = String((await http.inject('/v1/tables/parts.json?limit=1')).headers['fishbone-next']);
  const of = async (url: string) => (await http.inject(url)).statusCode;
  expect(await of(`/v1/tables/operations.json?cursor=${next}`)).toBe(400);
  expect(await of('/v1/tables/parts.json?cursor=abc')).toBe(400);
  expect(await of('/v1/batches?cursor=abc')).toBe(400);
  const far = Buffer.from(JSON.stringify({at: 999, after: ['P1']})).toString('base64url');
  expect(await of(`/v1/tables/parts.json?cursor=${far}`)).toBe(400);
});
