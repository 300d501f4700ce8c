/** How feeds are configured: `"feeds": {"NAME": {"kind": ...}}` in `W/fishbone.json`. */
import {z} from 'zod';
import '../../warehouse/plain-words.ts';
import {CANONICAL, columnsOf} from '../../warehouse/canonical.ts';
import {OpcuaSettings} from './opcua-settings.ts';
import {filterFault, namesIn} from './topics.ts';

const Text = z.string().min(1);
const Table = z.string().refine(name => Object.hasOwn(CANONICAL, name), {
  error: `is no table: the tables are ${Object.keys(CANONICAL).join(', ')}`,
});
const TimeZone = z.string().refine(isTimeZone, {error: 'is no time zone: use an IANA name such as Europe/Berlin'});
const Seconds = z.number().positive().max(86_400);

const FolderSettings = z
  .strictObject({
    kind: z.literal('folder'),
    path: Text.describe('the folder that is watched'),
    below: z.boolean().default(false).describe('folders in it are watched too; not done/, refused/ and hidden ones'),
    mapping: Text.optional().describe('the name of a mapping of the warehouse, or a path, for all files'),
    table: Table.optional().describe('the table of all files; by default the name of a file says it'),
    wide: z.boolean().optional(),
    timeZone: TimeZone.optional(),
    everySeconds: Seconds.default(2).describe('how often it is looked'),
    settledSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .default(5)
      .describe('for how long size and time of a file must not change; 0 where files are renamed into place'),
    after: z.enum(['move', 'leave']).default('move').describe('move: into done/ and refused/; leave: where it is'),
  })
  .refine(({mapping, table, wide}) => mapping === undefined || (table === undefined && !wide), {
    error: 'a mapping names its own tables: leave out "table" and "wide", or the "mapping"',
  });
export type FolderSettings = z.output<typeof FolderSettings>;

const ImagesSettings = z
  .strictObject({
    kind: z.literal('images'),
    path: Text.describe('the folder that a camera writes into'),
    below: z.boolean().default(false).describe('folders in it are watched too; not done/, refused/ and hidden ones'),
    model: z
      .string()
      .regex(/^\w[\w.-]*$/, {error: 'is no name of a model: put its folder into models/ of the warehouse'})
      .describe('the name of a model: of the warehouse, in models/, or of Fishbone'),
    fileNames: Text.optional().describe('what the names of the files say, by default {part}_{step}_{at}_{station}'),
    sidecar: z.literal('json').optional().describe('image.png.json beside each image says it'),
    keep: z.boolean().default(true).describe('whether the images are kept in the warehouse'),
    everySeconds: Seconds.default(0.25).describe('how often it is looked'),
    settledSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .default(0.25)
      .describe('for how long size and time of a file must not change; 0 where files are renamed into place'),
    after: z.enum(['move', 'leave', 'remove']).default('move').describe('move: into done/ and refused/; leave; remove'),
  })
  .refine(({fileNames, sidecar}) => fileNames === undefined || sidecar === undefined, {
    error: 'images are told of by their names or by a sidecar: leave out "fileNames" or "sidecar"',
  })
  .refine(({after, keep}) => after !== 'remove' || keep, {
    error: 'what is not kept would be gone: leave out "keep": false, or say another "after"',
  });
export type ImagesSettings = z.output<typeof ImagesSettings>;

const Subscription = z
  .strictObject({
    topic: Text.describe('+ and # as in MQTT; a level +NAME is a + whose text becomes the column NAME'),
    takes: z.enum(['inspections', 'rows', 'cfx']),
    table: Table.optional().describe('of rows'),
    columns: z.record(Text, z.string()).default({}).describe('constants for columns that nobody else says'),
  })
  .superRefine((told, context) => {
    const message = subscriptionFault(told);
    if (message !== null) context.addIssue({code: 'custom', message});
  });
export type Subscription = z.output<typeof Subscription>;

const MqttSettings = z.strictObject({
  kind: z.literal('mqtt'),
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/[^/\s]+/, {error: 'is no address of a broker: mqtt://host:1883 or mqtts://host:8883'}),
  protocolVersion: z
    .union([z.literal(4), z.literal(5)])
    .default(5)
    .describe('4: a broker that knows only MQTT 3.1.1'),
  clientId: Text.optional().describe('stays the same for good; by default fishbone-PLANT-NAME'),
  username: Text.optional(),
  passwordFile: Text.optional(),
  caFile: Text.optional(),
  certFile: Text.optional(),
  keyFile: Text.optional(),
  sessionExpirySeconds: z
    .number()
    .int()
    .min(60)
    .max(4_294_967_295)
    .default(7 * 86_400),
  receiveMaximum: z.number().int().min(1).max(65_535).default(1000).describe('messages that may be on their way'),
  reconnectSeconds: Seconds.default(30).describe('the longest pause before it connects again'),
  subscriptions: z.array(Subscription).min(1),
});
export type MqttSettings = z.output<typeof MqttSettings>;

const OneFeed = z.discriminatedUnion('kind', [FolderSettings, ImagesSettings, MqttSettings, OpcuaSettings], {
  error: 'is no kind of feed: "folder", "images", "mqtt" or "opcua"',
});
export type FeedSettings = z.output<typeof OneFeed>;

const NAME = /^[A-Za-z0-9][\w-]{0,63}$/;

export const FeedsSettings = z.record(z.string(), OneFeed).superRefine((feeds, context) => {
  const wrong = Object.keys(feeds).find(name => !NAME.test(name));
  if (wrong !== undefined)
    context.addIssue({code: 'custom', message: `"${wrong}": a feed is named with letters, digits, - and _`});
});

/** Where a feed takes from, as a person would say it. */
export function fromOf(settings: FeedSettings): string {
  if (settings.kind === 'folder' || settings.kind === 'images') return settings.path;
  return settings.kind === 'mqtt' ? settings.url : settings.endpoint;
}

function subscriptionFault({topic, takes, table, columns}: z.output<typeof Subscription>): string | null {
  const fault = filterFault(topic);
  if (fault !== null) return `"${topic}": ${fault}`;
  if ((takes === 'rows') !== (table !== undefined)) return '"takes": "rows" needs a "table", and nothing else has one';
  const said = [...namesIn(topic), ...Object.keys(columns)];
  if (takes === 'cfx')
    return said.length > 0 ? `a CFX message says its columns itself: leave out ${said.join(', ')}` : null;
  const of = table ?? 'inspections';
  const strange = said.filter(name => !columnsOf(of).some(column => column.name === name));
  return strange.length > 0 ? `${of} has no column ${strange.join(', ')}: in a topic, write a bare +` : null;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', {timeZone: name});
    return true;
  } catch {
    return false;
  }
}
