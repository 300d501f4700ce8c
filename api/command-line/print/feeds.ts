import type {OutputOf} from '../../operations.ts';
import {type Clock, paragraphs, table} from './layout.ts';

export function feedsText({feeds}: OutputOf<'feeds'>, clock: Clock): string {
  if (feeds.length === 0) return 'No feed is configured. They are in fishbone.json, under "feeds".\n';
  const wrong = feeds.flatMap(({name, lastError}) =>
    lastError === null ? [] : [`  ${name}, ${clock(lastError.at)}: ${lastError.message}\n`],
  );
  const gaps = feeds.flatMap(({name, lastGap}) => (lastGap === null ? [] : [`  ${name}: ${lastGap.text}\n`]));
  return paragraphs(
    table(
      ['feed', 'kind', 'state', 'last', 'received', 'behind', 'accepted', 'known', 'rejected', 'errors', 'from'],
      feeds.map(f => [
        f.name,
        f.kind,
        f.state,
        f.lastAt === null ? '-' : clock(f.lastAt),
        f.received,
        f.behind,
        f.accepted,
        f.duplicates,
        f.rejected,
        f.errors,
        f.from,
      ]),
    ),
    wrong.length === 0 ? '' : `Last errors:\n${wrong.join('')}`,
    gaps.length === 0 ? '' : `Last gaps:\n${gaps.join('')}`,
    feeds.every(({state}) => state === 'not running') ? 'The server runs them: "fishbone serve".' : '',
  );
}
