/** API keys; made and ended on the machine of the warehouse only. */
import {z} from 'zod';
import {Time} from '../warehouse/answers.ts';
import {momentOf} from '../warehouse/moment.ts';
import {KeyRow} from './access/keys.ts';
import {Role} from './access/roles.ts';
import {operation} from './operation.ts';

const Text = z.string().trim().min(1);
const Expires = Time.optional().describe('when it ends by itself; a time without an offset is UTC');
const BY = 'command line';

export const KEY_OPERATIONS = {
  'key.create': operation({
    summary: 'Makes an API key and shows it once',
    input: z.strictObject({
      name: Text,
      role: Role,
      expires: Expires,
      station: Text.optional(),
      tables: z.array(Text).optional(),
    }),
    output: KeyRow.extend({key: z.string()}),
    makes: true,
    run: (app, {expires, ...wish}) => app.keys.create({...wish, by: BY, expiresAt: instant(expires)}),
  }),
  'key.rotate': operation({
    summary: 'Makes a new key of the same name, role, station and tables; the old one goes on for a while',
    input: z.strictObject({name: Text, keepHours: z.number().min(0).default(24), expires: Expires}),
    output: KeyRow.extend({key: z.string(), oldUntil: z.string()}),
    run: (app, {expires, ...wish}) => app.keys.rotate({...wish, by: BY, expiresAt: instant(expires)}),
  }),
  'key.list': operation({
    summary: 'All API keys, without the keys',
    input: z.strictObject({}),
    output: z.object({keys: z.array(KeyRow)}),
    run: app => ({keys: app.keys.list()}),
  }),
  'key.revoke': operation({
    summary: 'Revokes an API key by its id, or all of a name',
    input: z.strictObject({id: Text}),
    output: KeyRow.extend({ids: z.array(z.string()).describe('of the keys that are revoked now')}),
    run: (app, {id}) => app.keys.revoke(id, BY),
  }),
} as const;

const instant = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : new Date(momentOf(time)).toISOString();
