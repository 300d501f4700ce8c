/** One question of a company: the plants' newest snapshots, the engine that is configured, the answer with what it cost. */
import {z} from 'zod';
import {isBucket, openBucket, type StoreSettings} from '../publish/bucket.ts';
import {QuestionError} from '../question-error.ts';
import type {CompanyAnswer, CompanyQuestion} from './answers.ts';
import {Brought} from './brought.ts';
import {companyCapability} from './capability.ts';
import {companyChart} from './chart.ts';
import {clickhouseEngine} from './clickhouse-engine.ts';
import {clickhouseServer} from './clickhouse-server.ts';
import {Company} from './company.ts';
import type {Engine} from './dialect.ts';
import {duckdbEngine} from './duckdb-engine.ts';
import {companyPareto} from './pareto.ts';
import {folderPlace, type Place} from './place.ts';
import {companyScreen} from './screen.ts';
import {companyContain, companyTrace} from './trace.ts';
import {trinoEngine} from './trino-engine.ts';
import {companyYield} from './yield.ts';

const Server = {
  url: z.url({protocol: /^https?$/, error: 'is no address such as http://clickhouse.example:8123'}),
  user: z.string().min(1).optional(),
  passwordFile: z.string().min(1).optional(),
};

/** How an engine is reached. */
const EngineSettings = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('duckdb'),
    memoryLimitMb: z.number().int().min(512).optional(),
    threads: z.number().int().min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('clickhouse'),
    ...Server,
    place: z
      .string()
      .min(1)
      .describe('the place as this server sees it: a folder of its user_files, or the address of a bucket'),
  }),
  z.strictObject({
    kind: z.literal('trino'),
    ...Server,
    catalog: z.string().min(1),
    schema: z.string().min(1),
    headerPrefix: z.enum(['X-Trino', 'X-Presto']).optional(),
    place: z
      .string()
      .min(1)
      .optional()
      .describe(
        'the place as Trino sees it, such as s3://company: it then reads the published files; else tables kept there',
      ),
  }),
]);

/** A folder in that of the warehouse, unless another is named. */
export const BROUGHT = 'company-brought';

export const CompanySettings = z.strictObject({
  place: z.string().min(1).describe('that the plants publish into: a folder, or s3://bucket/prefix'),
  brought: z
    .string()
    .min(1)
    .default(BROUGHT)
    .describe('a folder for files of a bucket that DuckDB is asked about; other engines read the bucket themselves'),
  engine: z.string().min(1).optional().describe('the name of one of `engines`; duckdb if it is not said'),
  engines: z.record(z.string().min(1), EngineSettings).default({}),
});
export type CompanySettings = z.output<typeof CompanySettings>;

/** What is not in the settings of a company itself. */
interface Around {
  signal?: AbortSignal;
  /** Where the place is, if it is a bucket. */
  store?: StoreSettings;
  /** Reads a file of a secret. */
  readPassword: (path: string) => Promise<string>;
}

/** @throws QuestionError, NotFound, EngineError, StoreError */
export async function askCompany(
  settings: CompanySettings,
  {plants, before, engine: wanted, ...asked}: CompanyQuestion,
  {signal, store, readPassword}: Around,
): Promise<CompanyAnswer> {
  const bucket = isBucket(settings.place) ? await openBucket(settings.place, store, readPassword) : null;
  const place: Place = bucket ?? folderPlace(settings.place);
  const brought = bucket && new Brought(settings.brought, bucket);
  const engine = await engineOf(settings, {name: wanted ?? settings.engine ?? 'duckdb', brought, readPassword});
  try {
    const company = await Company.open(place, engine, {plants, before});
    await brought?.about(company.snapshots);
    const answered = await answer(company, asked, signal);
    return {...answered, engine: engine.name, plants: company.plants, counters: company.counters};
  } finally {
    await engine.close();
  }
}

type Asked = CompanyQuestion extends infer Q
  ? Q extends unknown
    ? Omit<Q, 'plants' | 'before' | 'engine'>
    : never
  : never;
type Answered = CompanyAnswer extends infer A
  ? A extends unknown
    ? Omit<A, 'plants' | 'engine' | 'counters'>
    : never
  : never;

async function answer(company: Company, asked: Asked, signal?: AbortSignal): Promise<Answered> {
  const {question} = asked;
  switch (question) {
    case 'plants':
      return {question, answer: {notes: [...company.notes]}};
    case 'pareto':
      return {question, answer: await companyPareto(company, asked, signal)};
    case 'yield':
      return {question, answer: await companyYield(company, asked, signal)};
    case 'chart':
      return {question, answer: await companyChart(company, asked, signal)};
    case 'capability':
      return {question, answer: await companyCapability(company, asked, signal)};
    case 'screen':
      return {question, answer: await companyScreen(company, asked, {signal})};
    case 'trace':
      return {question, answer: await companyTrace(company, asked, signal)};
    case 'contain': {
      const {question: _, ...sought} = asked;
      return {question, answer: await companyContain(company, sought, signal)};
    }
  }
}

async function engineOf(
  {place, engines}: CompanySettings,
  {name, brought, readPassword}: {name: string; brought: Brought | null} & Pick<Around, 'readPassword'>,
): Promise<Engine> {
  const settings = engines[name] ?? (name === 'duckdb' ? {kind: 'duckdb' as const} : null);
  if (settings === null) {
    const known = [...new Set(['duckdb', ...Object.keys(engines)])];
    throw new QuestionError(`no engine "${name}" is configured`, {hint: `there are ${known.join(', ')}`});
  }
  if (settings.kind === 'duckdb') {
    if (brought === null) return duckdbEngine(place, settings);
    return duckdbEngine(brought.folder, {...settings, bring: paths => brought.bring(paths)});
  }
  const password = settings.passwordFile === undefined ? undefined : await readPassword(settings.passwordFile);
  if (settings.kind === 'trino') return trinoEngine({...settings, password});
  const server = clickhouseServer({...settings, password});
  return clickhouseEngine({...server, place: settings.place}).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
}
