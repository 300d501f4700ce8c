/** What is asked of feeds. */
import {z} from 'zod';
import {FeedState} from '../ingest/feeds/state.ts';
import {operation} from './operation.ts';

export const FEED_OPERATIONS = {
  feeds: operation({
    summary: 'What is taken in by itself: whether it is connected, what came last, what is behind, what went wrong',
    input: z.strictObject({}),
    output: z.object({feeds: z.array(FeedState)}),
    run: app => ({feeds: app.feeds.states()}),
  }),
} as const;
