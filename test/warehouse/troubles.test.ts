import {expect, test} from 'vitest';
import {Troubles} from '../../warehouse/troubles.ts';

test('told when it begins, when it turns into something else and when it is over; not at each try', () => {
  const said: string[] = [];
  const troubles = new Troubles(line => said.push(line));
  troubles.over('mes', 'nothing was wrong');
  for (const tries of [1, 2, 3]) troubles.began('mes', `refused after ${tries} ms`, `mes: refused after ${tries} ms`);
  troubles.began('mes', 'no such host');
  troubles.began('mes', 'refused after 9 ms');
  troubles.began('disk', 'full');
  troubles.over('mes', 'mes answers');
  troubles.over('mes', 'mes answers');
  troubles.began('mes', 'no such host');
  expect(said).toEqual(['mes: refused after 1 ms', 'no such host', 'full', 'mes answers', 'no such host']);
});
