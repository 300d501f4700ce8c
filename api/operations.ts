import {z} from 'zod';
import {FindingAnswer, Plant, ScreenAnswer, ScreenQuestion} from '../warehouse/answers.ts';
import {backUp} from '../warehouse/backup.ts';
import {CapabilityAnswer, CapabilityQuestion} from '../warehouse/capability-answers.ts';
import {ChartAnswer, ChartQuestion} from '../warehouse/chart-answers.ts';
import {capability} from '../warehouse/charts/capability.ts';
import {chart} from '../warehouse/charts/chart.ts';
import {compact} from '../warehouse/compact.ts';
import {BatchRow, Receipt, SupplyAnswer, Unresolved, UnresolvedQuestion} from '../warehouse/data-answers.ts';
import {erasePerson} from '../warehouse/erase.ts';
import {pareto} from '../warehouse/pareto.ts';
import {ParetoAnswer, ParetoQuestion, YieldAnswer, YieldQuestion} from '../warehouse/pareto-answers.ts';
import {listBatches} from '../warehouse/plant.ts';
import {packRawFiles} from '../warehouse/raw-files.ts';
import {finding} from '../warehouse/screening/findings.ts';
import {Recomputed, recompute} from '../warehouse/screening/recompute.ts';
import {screen} from '../warehouse/screening/screen.ts';
import {supply} from '../warehouse/supply.ts';
import {unresolved} from '../warehouse/unresolved.ts';
import {yieldOf} from '../warehouse/yield.ts';
import {ALERT_OPERATIONS} from './alert-operations.ts';
import type {App} from './app.ts';
import {AUDIT_OPERATIONS} from './audit-operations.ts';
import {CHART_OPERATIONS} from './chart-operations.ts';
import {COMPANY_OPERATIONS} from './company-operations.ts';
import {CONTAIN_OPERATIONS} from './contain-operations.ts';
import {NEXT, PAGE, pageOf} from './cursor.ts';
import {DRIFT_OPERATIONS} from './drift-operations.ts';
import {FEED_OPERATIONS} from './feed-operations.ts';
import {HOLD_OPERATIONS} from './hold-operations.ts';
import {IMAGE_OPERATIONS} from './image-operations.ts';
import {InspectionInput, InspectionsAnswer} from './inspections/input.ts';
import {INSPECTOR_OPERATIONS} from './inspector-operations.ts';
import {ITEM_OPERATIONS} from './item-operations.ts';
import {KEY_OPERATIONS} from './key-operations.ts';
import {withProgress} from './live/progress.ts';
import {ingest} from './load-files.ts';
import {MAP_OPERATIONS} from './map-operations.ts';
import {MSA_OPERATIONS} from './msa-operations.ts';
import {type Caller, type Operation, operation, whoDecides} from './operation.ts';
import {PUBLISH_OPERATIONS} from './publish-operations.ts';
import {QUARANTINE_OPERATIONS} from './quarantine-operations.ts';
import {QUERY_OPERATIONS} from './query-operations.ts';
import {RESPONSE_OPERATIONS} from './response-operations.ts';
import {STATEMENT_OPERATIONS} from './statement-operations.ts';
import {inTurn} from './turns.ts';

const Id = z.strictObject({id: z.string().min(1)});
const Nothing = z.strictObject({});
const By = z.string().trim().min(1).optional().describe('who decides; a key proves it, otherwise it is self-declared');
const Text = z.string().trim().min(1);
const Count = z.number().int().nonnegative();

const ErasedAnswer = z.object({
  persons: z.array(z.string()).describe('what the person is shown as from now on'),
  raw: z.number().describe('raw files that are gone'),
  rejects: z.number().describe('files of rejected rows that were written anew'),
  answers: z.number().describe('kept answers that are gone'),
  remains: z
    .array(z.object({where: z.string(), rows: z.number()}))
    .describe('where the name still stands, because it was told as something else than who did the work'),
});

const HowToRead = {
  table: z.string().optional(),
  wide: z.boolean().optional(),
  mapping: z.string().optional().describe('the name of a mapping of the warehouse, or a path'),
  timeZone: z.string().optional(),
  encoding: z.string().optional().describe('of delimited text that is not UTF-8'),
  sheet: z.string().optional(),
};

export const OPERATIONS = {
  ...ALERT_OPERATIONS,
  ...KEY_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...CHART_OPERATIONS,
  ...CONTAIN_OPERATIONS,
  ...FEED_OPERATIONS,
  ...HOLD_OPERATIONS,
  ...INSPECTOR_OPERATIONS,
  ...IMAGE_OPERATIONS,
  ...ITEM_OPERATIONS,
  ...DRIFT_OPERATIONS,
  ...PUBLISH_OPERATIONS,
  ...COMPANY_OPERATIONS,
  ...QUARANTINE_OPERATIONS,
  ...QUERY_OPERATIONS,
  ...RESPONSE_OPERATIONS,
  ...STATEMENT_OPERATIONS,
  ...MAP_OPERATIONS,
  ...MSA_OPERATIONS,
  ingest: operation({
    summary: 'Takes files in, one receipt a file',
    input: z.strictObject({paths: z.array(z.string()).min(1), ...HowToRead, dryRun: z.boolean().optional()}),
    output: z.array(Receipt),
    makes: true,
    run: (app, {paths, ...options}) => ingest(app, paths, options),
  }),
  inspections: operation({
    summary: 'Records inspections with their defects as they happen; durable before it answers',
    input: z.strictObject({inspections: z.array(InspectionInput), wait: z.boolean().default(false)}),
    output: InspectionsAnswer,
    makes: true,
    run: (app, {inspections, wait}, {station}) => app.recorder.record(inspections, {waits: wait, station}),
  }),
  screen: operation({
    summary: 'Ranks what could be the cause',
    input: ScreenQuestion.strict(),
    output: ScreenAnswer,
    run: async (app, question, {signal, onProgress}) => {
      const answer = await screen(app.warehouse, question, {signal, onProgress});
      app.responses.lookForFindings();
      return answer;
    },
  }),
  finding: operation({
    summary: 'One finding of an earlier screen, with its rates by level',
    input: Id.extend({recompute: z.boolean().optional().describe('ask its question again and say what differs')}),
    output: FindingAnswer.extend({recomputed: Recomputed.optional()}),
    run: async (app, {id, recompute: again}) => ({
      ...(await finding(app.warehouse, id)),
      ...(again ? {recomputed: await recompute(app.warehouse, id)} : {}),
    }),
  }),
  pareto: operation({
    summary: 'Which defects, products, stations, ... weigh most',
    input: ParetoQuestion.strict(),
    output: ParetoAnswer,
    run: (app, question) => pareto(app.warehouse, question),
  }),
  yield: operation({
    summary: 'First-pass and rolled-throughput yield, defects per unit and per million opportunities',
    input: YieldQuestion.strict(),
    output: YieldAnswer,
    run: (app, question) => yieldOf(app.warehouse, question),
  }),
  chart: operation({
    summary: 'A control chart of a parameter, or of what inspection found',
    input: ChartQuestion.strict(),
    output: ChartAnswer,
    run: (app, question) => chart(app.warehouse, question),
  }),
  capability: operation({
    summary: 'How the spread of a parameter compares with its limits',
    input: CapabilityQuestion.strict(),
    output: CapabilityAnswer,
    run: (app, question) => capability(app.warehouse, question),
  }),
  deliver: operation({
    summary: 'Sends what waits in the outbox',
    input: z.strictObject({wait: z.number().nonnegative().optional().describe('seconds')}),
    output: z.object({
      acknowledged: z.number(),
      rejected: z.number(),
      waiting: z.number(),
      askPerson: z.number(),
      why: z.string().nullable(),
    }),
    run: (app, {wait}) => app.deliver(wait),
  }),
  plant: operation({
    summary: 'What there is to ask about: products, defects, steps, stations',
    input: Nothing,
    output: Plant.omit({access: true}),
    run: app => app.plant(),
  }),
  batches: operation({
    summary: 'What was accepted, batch by batch',
    input: z.strictObject(PAGE),
    output: z.object({batches: z.array(BatchRow), ...NEXT}),
    run: async (app, page) => {
      const {items, next} = pageOf(await listBatches(app.warehouse), ({batch}) => batch, page, app.warehouse.position);
      return {batches: items, next};
    },
  }),
  backup: operation({
    summary:
      'Makes or brings up to date a backup in a folder of the machine that the warehouse is on, while batches come in',
    input: z.strictObject({folder: Text}),
    output: z.object({
      folder: z.string(),
      position: z.number().int(),
      seq: z.number().int(),
      files: z.number().int(),
      bytes: z.number(),
      copied: z.object({files: z.number().int(), bytes: z.number()}),
      onlyHere: z.array(z.string()).describe('files that the warehouse lost and the backup still has'),
    }),
    run: (app, {folder}) => app.warehouse.tend(care => backUp(care, folder)),
  }),
  compact: operation({
    summary: 'Packs raw bytes and merges the files of small batches; a server does it by itself',
    input: Nothing,
    output: z.object({
      packed: z.object({files: Count, bytesBefore: Count, bytesAfter: Count, altered: z.array(z.string())}),
      merged: z.object({
        batches: Count,
        filesBefore: Count,
        filesAfter: Count,
        bytesBefore: Count,
        bytesAfter: Count,
        altered: z.array(z.string()),
      }),
    }),
    run: app => app.warehouse.tend(async care => ({packed: await packRawFiles(care), merged: await compact(care)})),
  }),
  retention: operation({
    summary: 'Applies the rules of fishbone.json for how long what is kept; a server does it daily',
    input: z.strictObject({dryRun: z.boolean().optional()}),
    output: z.object({
      dryRun: z.boolean(),
      before: z.object({raw: z.string().nullable(), readings: z.string().nullable(), answers: z.string().nullable()}),
      gone: z.object({readings: Count, raw: Count, answers: Count, bytes: Count}),
      altered: z.array(z.string()),
      images: z.object({
        before: z.object({fail: z.string().nullable(), pass: z.string().nullable()}),
        gone: z.object({images: Count, bytes: Count}),
        stay: z.object({held: Count, reviewed: Count}).describe('older than the rules, and kept all the same'),
      }),
    }),
    run: (app, {dryRun = false}) => app.applyRetention(dryRun),
  }),
  supply: operation({
    summary: 'How fresh each source is, and how complete what ties parts and lots together',
    input: Nothing,
    output: SupplyAnswer,
    run: app => supply(app.warehouse),
  }),
  unresolved: operation({
    summary: 'What rows refer to and nobody described, by file; ids that differ only by case or white space',
    input: UnresolvedQuestion.strict(),
    output: Unresolved,
    run: (app, question) => unresolved(app.warehouse, question),
  }),
  'person.list': operation({
    summary: 'Whom the data name, with the pseudonyms that stand for them inside',
    input: Nothing,
    output: z.object({persons: z.array(z.object({person: z.string(), name: z.string()}))}),
    run: ({warehouse}) => ({
      persons: [...warehouse.persons.names()]
        .map(([person, name]) => ({person, name}))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    }),
  }),
  'person.erase': operation({
    summary: 'Forgets who a person is: what the person did stays, under a pseudonym',
    input: z.strictObject({name: Text, by: By}),
    output: ErasedAnswer,
    run: (app, {name, by}, caller) => {
      const who = whoDecides(by, caller);
      return erasePerson(app.warehouse, name, typeof who === 'string' ? who : who.name);
    },
  }),
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type InputOf<N extends OperationName> = z.input<(typeof OPERATIONS)[N]['input']>;
export type OutputOf<N extends OperationName> = z.input<(typeof OPERATIONS)[N]['output']>;

/**
 * Checks what is asked, and does it.
 * @throws ZodError for an input that is not right, and what the operation throws
 */
export async function runOperation<N extends OperationName>(
  app: App,
  name: N,
  input: unknown,
  caller: Caller,
): Promise<OutputOf<N>> {
  const operation = OPERATIONS[name] as Operation;
  const asked = operation.input.parse(input);
  const work = () => withProgress(app.live, name, caller, told => operation.run(app, asked, told));
  return (await inTurn(app, name, work)) as OutputOf<N>;
}
