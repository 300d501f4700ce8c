import {z} from 'zod';

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const OneOrMore = z.union([Scalar, z.array(Scalar).min(1)]);

/**
 * What has to be true of an answer. `at` is a path into its JSON or XML, such as `value.0.Status`; with `*` it means all
 * elements of a list, of which there must be one at least.
 */
const Condition = z
  .strictObject({at: z.string(), is: OneOrMore.optional(), isNot: OneOrMore.optional(), empty: z.boolean().optional()})
  .refine(({is, isNot, empty}) => [is, isNot, empty].filter(test => test !== undefined).length === 1, {
    error: 'needs one of is, isNot and empty',
  });

const request = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']),
  /** After the receiver's url. */
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  /** A body of JSON; a text that is nothing but `{name}` becomes the value itself, a number or a list say. */
  json: z.json().optional(),
  /** A body of XML. */
  xml: z.string().optional(),
  /** Values of the answer to be used later, by the names they get: a path, or `header:etag`. */
  keep: z.record(z.string().regex(/^\w+$/), z.string()).optional(),
  expect: z.array(Condition).optional(),
  /** Where the token for this write is fetched, if not at the plan's `csrfPath`. */
  csrfPath: z.string().optional(),
};

const Request = z.strictObject(request);

/** What response rules may have to say by a plan. */
export const MESSAGE_KINDS = ['result', 'rework', 'nonconformance', 'notify', 'completion'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const Told = z.strictObject({
  send: z.array(Request).min(1),
  /** Asks whether it has arrived; without, a time-out asks a person. */
  lookUp: z.strictObject({...request, found: z.array(Condition).min(1)}).optional(),
});

/**
 * How a kind of receiver is asked and told. Texts may hold placeholders: `{lot}`, `{text|40}` for its first 40 characters,
 * `{lot|odata}` or `{text|40|odata}` between quotes of OData.
 */
export const PlanSettings = z.strictObject({
  headers: z.record(z.string(), z.string()).optional(),
  /** Asks for what the receiver calls the lot. */
  find: z.array(Request).optional(),
  /** Asks whether the lot is held: before it is told, to see that it has done it, and after a time-out. */
  state: z
    .strictObject({
      ...request,
      held: z.array(Condition).min(1),
      free: z.array(Condition).min(1),
      /** What in the answer means that the lot is scrapped; without it scrapping is believed, not read back. */
      scrapped: z.array(Condition).min(1).optional(),
    })
    .optional(),
  hold: z.array(Request).min(1).optional(),
  /** Empty where a person has to do it there. */
  release: z.array(Request).optional(),
  /** Without it a person has to do it there. */
  scrap: z.array(Request).min(1).optional(),
  /** Where a token against forged requests is fetched before a write, as SAP wants it. */
  csrfPath: z.string().optional(),
  /** How to say what response rules have to say, by its kind. */
  messages: z.partialRecord(z.enum(MESSAGE_KINDS), Told).optional(),
});

export type Condition = z.output<typeof Condition>;
export type Request = z.output<typeof Request>;
export type Plan = z.output<typeof PlanSettings>;
export type Values = Record<string, unknown>;

/** A plan for one product, from its public documentation. */
export interface Preset extends Plan {
  /** What the configuration has to say in `values`. */
  needs: string[];
  hold: Request[];
  release: Request[];
}
