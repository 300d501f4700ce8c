import {readFile} from 'node:fs/promises';
import {isAbsolute, join, resolve} from 'node:path';
import '../warehouse/plain-words.ts';
import {z} from 'zod';
import {FeedsSettings} from '../ingest/feeds/settings.ts';
import {CompanySettings} from '../warehouse/engines/ask-company.ts';
import type {ImageRules} from '../warehouse/image-retention.ts';
import {REVIEWED_SHARES} from '../warehouse/inspectors/queue.ts';
import {isBucket, StoreSettings} from '../warehouse/publish/bucket.ts';
import {isPeriod, type RetentionRules} from '../warehouse/retention.ts';
import type {SandboxLimits} from '../warehouse/sandbox/sandbox.ts';
import {LimitSettings, OidcSettings, SessionSettings} from './access/settings.ts';
import {FishboneError} from './errors.ts';
import {checkRules} from './responses/check-rules.ts';
import {ResponsesSettings} from './responses/settings.ts';
import {ReceiverSettings} from './write-back/drivers/drivers.ts';
import {ReasonCodeSettings, type ReasonCodes} from './write-back/reason-codes.ts';

/** How a plant sets up its warehouse: `W/fishbone.json`, over it the environment. Flags go before both. */
export interface Config {
  /** The warehouse folder, absolute. */
  folder: string;
  /** As configured; the id that counts was fixed when the warehouse was made. */
  plant: string | null;
  /** What days and shifts are shown in; UTC unless configured. */
  timeZone: string;
  /** The same, only if somebody chose it: what times without an offset are read in. */
  chosenTimeZone: string | null;
  /** An ISO date: what is said to have happened earlier is quarantined as skewed. */
  since?: string;
  /** What the database may use, in 10^6 bytes; half of the machine's by default. */
  memoryLimitMb?: number;
  receivers: z.output<typeof Receivers>;
  allowHosts: string[];
  /** What is done by itself when something happens, by the name of the rule. */
  responses: z.output<typeof ResponsesSettings>;
  /** What may be given as a reason to hold, release or scrap; what has no list takes any. */
  reasonCodes: ReasonCodes;
  /** What the server takes in by itself, by name. */
  feeds: z.output<typeof FeedsSettings>;
  /** How images are judged: the same for all models. */
  inference: z.output<typeof InferenceSettings>;
  /** What is offered for review, where nobody asks for another share. */
  reviews: z.output<typeof ReviewSettings>;
  /** How much of what a server does is written to stderr, as lines of JSON; `info` is a line a request. */
  log: z.output<typeof LogLevel>;
  /** How long what is kept; what has no rule is kept for good. */
  retention: RetentionRules & ImageRules;
  /** What people's SQL may take. */
  sql: SandboxLimits;
  /** Where a server publishes to by itself, and how often. */
  publish?: z.output<typeof Publishing>;
  /** Where the plants of a company publish, and which engines are asked about all of them. */
  company?: CompanySettings;
  /** Where buckets are, and who may ask for them. */
  store?: StoreSettings;
  /** Modules that add a factor, by its name, and modules that screen, by theirs: paths from the warehouse folder. */
  variables: Record<string, string>;
  methods: Record<string, string>;
  /** Where people sign in; without it only keys open the door. */
  oidc?: OidcSettings;
  sessions: SessionSettings;
  limits: LimitSettings;
  /** Addresses of proxies whose word counts for who asks, and whether it was over https. */
  proxies: string[];
}

/** Where a server listens that was told no port, or the next one that is free. */
export const USUAL_PORT = 4800;

const TimeZone = z.string().refine(isTimeZone, {error: 'is no time zone: use an IANA name such as Europe/Berlin'});

const Receivers = z.record(z.string().min(1), ReceiverSettings);

const LogLevel = z.enum(['silent', 'error', 'warn', 'info', 'debug']);

const Period = z.string().refine(isPeriod, {error: 'is no length of time: say "90 days", "18 months" or "3 years"'});

const Publishing = z.strictObject({
  folder: z.string().min(1),
  everyHours: z.number().positive().default(24),
  keep: z.number().int().positive().optional(),
  names: z.boolean().optional(),
  parquetOnly: z.boolean().optional(),
  company: z.boolean().optional(),
  bucket: z.string().optional(),
});

/** A module runs with the rights of whoever loads it: only this file names any. */
const ModulePath = z
  .string()
  .refine(path => !isAbsolute(path), {error: 'has to be a path from the folder of this file'})
  .refine(path => /\.m?[jt]s$/.test(path), {error: 'is no module: its name ends in .ts, .mts, .js or .mjs'});

const FACTOR_NAME = /^[A-Za-z_]\w*(\.\w+)*$/;
const Variables = z.record(z.string(), ModulePath).superRefine((paths, issues) => {
  for (const name of Object.keys(paths)) {
    if (FACTOR_NAME.test(name)) continue;
    issues.addIssue({code: 'custom', path: [name], message: 'is no name of a factor: write it like bore.waiting'});
  }
});

const InferenceSettings = z.strictObject({
  workers: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('processes a model; by default 2, or as many as there are cores'),
  batchSize: z.number().int().min(1).max(256).default(8),
  executionProvider: z
    .string()
    .min(1)
    .default('cpu')
    .describe("the runtime's name of what it computes on, such as cuda"),
});

/** What of the sure verdicts is offered for review; of what an inspector is not sure of, all fails and ten times as many passes. */
const ReviewSettings = z.strictObject({
  passes: z.number().gt(0).max(1).default(REVIEWED_SHARES.passes),
  fails: z.number().gt(0).max(1).default(REVIEWED_SHARES.fails),
});

const ConfigFile = z.strictObject({
  plant: z.string().trim().min(1).optional(),
  timeZone: TimeZone.optional(),
  since: z.iso.date({error: 'is no date: write 1987-05-01'}).optional(),
  memoryLimitMb: z.coerce.number().int().min(512, {error: 'is too little: 512 is the least'}).optional(),
  receivers: Receivers.default({}),
  allowHosts: z.array(z.string().min(1)).default([]),
  responses: ResponsesSettings.default({}),
  reasonCodes: ReasonCodeSettings,
  feeds: FeedsSettings.default({}),
  inference: InferenceSettings.prefault({}),
  reviews: ReviewSettings.prefault({}),
  log: LogLevel.optional(),
  retention: z
    .strictObject({
      raw: Period.optional(),
      readings: Period.optional(),
      answers: Period.optional(),
      failImages: Period.optional(),
      passImages: Period.optional(),
    })
    .default({}),
  sql: z
    .strictObject({
      seconds: z.number().positive().max(3_600).default(30),
      memoryMb: z.number().int().min(64, {error: 'is too little: 64 is the least'}).default(512),
      processes: z.number().int().min(1).max(64).default(2),
      waiting: z.number().int().min(0).max(1_000).default(8),
    })
    .prefault({}),
  publish: Publishing.optional(),
  company: CompanySettings.optional(),
  store: StoreSettings.optional(),
  variables: Variables.default({}),
  methods: z.record(z.string().min(1), ModulePath).default({}),
  oidc: OidcSettings.optional(),
  sessions: SessionSettings,
  limits: LimitSettings,
  proxies: z.array(z.string().min(1)).default([]),
});

/** The warehouse folder that is meant: the flag, else FISHBONE_WAREHOUSE, else `./warehouse-data`. */
export function warehouseFolder(flag?: string): string {
  return resolve(flag ?? (process.env.FISHBONE_WAREHOUSE || 'warehouse-data'));
}

/** @throws FishboneError CONFIGURATION_INVALID that names the file or variable and the place in it */
export async function readConfig(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const file = await readFileSettings(folder);
  const environment = readEnvironment(env);
  const chosenTimeZone = environment.timeZone ?? file.timeZone ?? null;
  return {
    folder,
    plant: environment.plant ?? file.plant ?? null,
    timeZone: chosenTimeZone ?? 'UTC',
    chosenTimeZone,
    since: file.since,
    memoryLimitMb: environment.memoryLimitMb ?? file.memoryLimitMb,
    receivers: file.receivers,
    allowHosts: file.allowHosts,
    responses: file.responses,
    reasonCodes: file.reasonCodes,
    feeds: file.feeds,
    inference: file.inference,
    reviews: file.reviews,
    log: environment.log ?? file.log ?? 'error',
    retention: file.retention,
    sql: file.sql,
    publish: file.publish,
    company: file.company && companyIn(folder, file.company),
    store: file.store,
    variables: file.variables,
    methods: file.methods,
    oidc: file.oidc,
    sessions: file.sessions,
    limits: file.limits,
    proxies: file.proxies,
  };
}

function companyIn(folder: string, {place, brought, ...company}: CompanySettings): CompanySettings {
  return {...company, place: isBucket(place) ? place : resolve(folder, place), brought: resolve(folder, brought)};
}

/** The file as somebody wrote it, unchecked; empty where there is none. @throws FishboneError CONFIGURATION_INVALID */
export async function wordsOfFile(folder: string): Promise<Record<string, unknown>> {
  const words = await readJson(join(folder, 'fishbone.json'));
  return typeof words === 'object' && words !== null ? {...words} : {};
}

/** What the file says, before anything goes before it. @throws FishboneError CONFIGURATION_INVALID */
async function readFileSettings(folder: string): Promise<z.output<typeof ConfigFile>> {
  const path = join(folder, 'fishbone.json');
  const file = check(ConfigFile, await readJson(path), path);
  checkRules(file.responses, file.receivers, path);
  return file;
}

/** The variables that go before the file. */
export const VARIABLES = {
  plant: 'FISHBONE_PLANT',
  timeZone: 'FISHBONE_TIME_ZONE',
  memoryLimitMb: 'FISHBONE_MEMORY_LIMIT_MB',
  log: 'FISHBONE_LOG',
} as const;

function readEnvironment(env: NodeJS.ProcessEnv): Partial<z.output<typeof ConfigFile>> {
  const set = Object.entries(VARIABLES).map(([name, variable]) => [name, env[variable] || undefined]);
  return check(ConfigFile.partial(), Object.fromEntries(set), 'the environment');
}

/** The names of all settings. */
export const SETTINGS = Object.keys(ConfigFile.shape) as (keyof typeof ConfigFile.shape)[];

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', {timeZone: name});
    return true;
  } catch {
    return false;
  }
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw invalid(`${path} cannot be read: ${(cause as Error).message}`, cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${path} is not valid JSON: ${(cause as Error).message}`, cause);
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const {path, message} = parsed.error.issues[0];
  throw invalid(`${where}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`, parsed.error);
}

function invalid(message: string, cause: unknown): FishboneError {
  return new FishboneError('CONFIGURATION_INVALID', message, {hint: 'correct it, then try again', cause});
}
