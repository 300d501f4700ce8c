/** How a machine is configured that response rules may adjust. What is not named here cannot be written or called. */
import {z} from 'zod';
import {NODE_ID} from '../../../ingest/feeds/opcua-settings.ts';

const Text = z.string().min(1);
const Node = z.string().regex(NODE_ID, {error: 'is no node id: write it like ns=2;s=Press1.Speed or nsu=URI;i=1234'});

/** A node that may be written, and how far. */
const Writable = z
  .strictObject({node: Node, min: z.number(), max: z.number(), maxStep: z.number().positive()})
  .refine(({min, max}) => min <= max, {error: 'has a min above its max'});

const Argument = z
  .strictObject({
    type: z.enum(['Double', 'Float', 'Int16', 'Int32', 'UInt16', 'UInt32', 'Byte', 'Boolean', 'String']),
    min: z.number().optional(),
    max: z.number().optional(),
    oneOf: z.array(Text).min(1).optional(),
  })
  .superRefine(({type, min, max, oneOf}, context) => {
    const isNumber = type !== 'Boolean' && type !== 'String';
    if (isNumber && (min === undefined || max === undefined))
      context.addIssue({code: 'custom', message: 'is a number: it has a min and a max'});
    if (type === 'String' && oneOf === undefined) context.addIssue({code: 'custom', message: 'is a text: say oneOf'});
  });
type Argument = z.output<typeof Argument>;

const Callable = z.strictObject({
  /** The object that has the method. */
  object: Node,
  method: Node,
  arguments: z.array(Argument).default([]),
  /** A node that tells afterwards whether it was done; without, a time-out asks a person. */
  confirm: z.strictObject({node: Node, is: z.union([z.number(), z.boolean(), z.string()])}).optional(),
});

export const OpcuaReceiver = z
  .strictObject({
    driver: z.literal('opcua'),
    endpoint: z.string().regex(/^opc\.tcp:\/\/[^/\s]+/, {error: 'is no address of a server: opc.tcp://host:4840'}),
    securityMode: z.enum(['SignAndEncrypt', 'Sign', 'None']).default('SignAndEncrypt'),
    securityPolicy: z
      .enum(['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'])
      .default('Basic256Sha256'),
    user: Text.optional(),
    passwordFile: Text.optional(),
    nodes: z.record(z.string().regex(/^[\w.-]+$/), Writable).default({}),
    methods: z.record(z.string().regex(/^[\w.-]+$/), Callable).default({}),
    timeoutMs: z.number().int().positive().optional(),
  })
  .refine(({user, passwordFile}) => (user === undefined) === (passwordFile === undefined), {
    error: 'a "user" has a "passwordFile", and nobody else has one',
  });
export type OpcuaReceiver = z.output<typeof OpcuaReceiver>;

export interface Adjustment {
  set?: string;
  value?: number;
  step?: number;
  call?: string;
  arguments?: (number | boolean | string)[];
}

/** Why an adjustment can never be made, whatever is read; null when it may. */
export function impossible({nodes, methods}: OpcuaReceiver, wanted: Adjustment): string | null {
  const {set, value, step, call, arguments: given = []} = wanted;
  if (set !== undefined) {
    if (!Object.hasOwn(nodes, set)) return `there is no node "${set}": ${named('nodes', nodes)}`;
    if (value !== undefined) return beyond(set, value, nodes[set]);
    const {maxStep} = nodes[set];
    return Math.abs(step ?? 0) > maxStep ? `a step of ${step} is more than the maxStep ${maxStep} of ${set}` : null;
  }
  if (call === undefined || !Object.hasOwn(methods, call))
    return `there is no method "${call}": ${named('methods', methods)}`;
  const wantedArguments = methods[call].arguments;
  if (given.length !== wantedArguments.length)
    return `${call} takes ${wantedArguments.length} arguments, not ${given.length}`;
  return (
    given
      .map((one, k) => wrongArgument(`argument ${k + 1} of ${call}`, one, wantedArguments[k]))
      .find(why => why !== null) ?? null
  );
}

const named = (what: string, some: object) =>
  Object.keys(some).length > 0 ? `the ${what} are ${Object.keys(some).join(', ')}` : `no ${what} are configured`;

/** In words, which limit a value is beyond; null when it is within. */
export function beyond(what: string, value: number, {min, max}: {min: number; max: number}): string | null {
  if (value > max) return `${value} is above the max ${max} of ${what}`;
  return value < min ? `${value} is below the min ${min} of ${what}` : null;
}

function wrongArgument(
  what: string,
  value: number | boolean | string,
  {type, min, max, oneOf}: Argument,
): string | null {
  const kind = type === 'Boolean' ? 'boolean' : type === 'String' ? 'string' : 'number';
  if (typeof value !== kind) return `${what} is a ${type}, not ${JSON.stringify(value)}`;
  if (oneOf && !oneOf.includes(String(value))) return `${what} is one of ${oneOf.join(', ')}, not ${value}`;
  if (typeof value !== 'number') return null;
  if (type !== 'Double' && type !== 'Float' && !Number.isInteger(value))
    return `${what} is a whole number, not ${value}`;
  return beyond(what, value, {min: min!, max: max!});
}
