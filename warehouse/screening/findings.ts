/** Findings that were given are kept by the digest of their question, so that a link to one can be opened later. */
import {mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Finding, FindingAnswer, LevelRate, ScreenAnswer} from '../answers.ts';
import {factorRelation} from '../factors.ts';
import {writeName} from '../filter-grammar.ts';
import {NotFound} from '../not-found.ts';
import {QuestionError} from '../question-error.ts';
import {wilson} from '../statistics/wilson.ts';
import type {Warehouse} from '../store.ts';
import {CHANGE_POINT} from './change-point.ts';
import {outcomeHistogram, timeStrip} from './finding-plots.ts';
import {population} from './population.ts';

const answers = (folder: string) => join(folder, 'answers');

/** An answer with the version of the code that gave it. */
type KeptAnswer = ScreenAnswer & {code: string};

/**
 * Keeps an answer: a cache that can be asked for again, so it needs no fsync.
 * @param edition of the names of persons with which it was found: one that was hidden meanwhile is not written down
 */
export async function keepAnswer(
  {folder, persons}: Warehouse,
  edition: number,
  digest: string,
  answer: KeptAnswer,
): Promise<void> {
  await mkdir(answers(folder), {recursive: true});
  const path = pathOf(folder, digest, answer.question.top);
  await writeFile(`${path}.${process.pid}.tmp`, JSON.stringify(answer));
  await rename(`${path}.${process.pid}.tmp`, path);
  if (persons.edition !== edition) await rm(path, {force: true});
}

/** @returns the answer that was given to the question with this digest, if it was kept whole; its first `top` findings */
export async function keptAnswer(
  folder: string,
  digest: string,
  top: number | undefined,
): Promise<ScreenAnswer | null> {
  const all = await readAnswer(pathOf(folder, digest, undefined));
  if (top === undefined) return all;
  if (all === null) return readAnswer(pathOf(folder, digest, top));
  return {...all, question: {...all.question, top}, findings: all.findings.slice(0, top)};
}

/** An answer of the first few findings has a file of its own: the ids that it told stay known. */
function pathOf(folder: string, digest: string, top: number | undefined): string {
  return join(answers(folder), `screen-${digest}${top === undefined ? '' : `-first-${top}`}.json`);
}

async function readAnswer(path: string): Promise<ScreenAnswer | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const {code: _, ...answer} = JSON.parse(text) as KeptAnswer;
    return answer;
  } catch {
    // Cut off by a crash: it is only a copy, and is asked for again.
    return null;
  }
}

export interface GivenAnswer {
  /** When it was given, in milliseconds. */
  givenMs: number;
  answer: ScreenAnswer;
}

/** The answers that are kept here, the oldest first. @param isWanted by the name of its file and when it was given */
export async function givenAnswers(
  folder: string,
  isWanted: (name: string, givenMs: number) => boolean,
): Promise<GivenAnswer[]> {
  const given: GivenAnswer[] = [];
  for (const name of (await readdir(answers(folder)).catch(() => [] as string[])).sort()) {
    if (!/^screen-[0-9a-f]+(-first-\d+)?\.json$/.test(name)) continue;
    const path = join(answers(folder), name);
    const found = await stat(path).catch(() => null);
    if (!found || !isWanted(name, found.mtimeMs)) continue;
    const answer = await readAnswer(path);
    if (answer !== null) given.push({givenMs: found.mtimeMs, answer});
  }
  return given.sort((a, b) => a.givenMs - b.givenMs);
}

interface FoundFinding {
  finding: Finding;
  question: ScreenAnswer['question'];
  asOf: number;
  /** Version of the code that found it. */
  code: string;
}

/** @returns the finding with its question and position, or null if no such finding was given */
export async function findFinding(folder: string, id: string): Promise<FoundFinding | null> {
  const match = /^f([0-9a-f]{12})-[0-9a-f]{8}$/.exec(id);
  if (!match) return null;
  const names = await readdir(answers(folder)).catch(() => [] as string[]);
  for (const name of names.filter(n => n.startsWith(`screen-${match[1]}`) && n.endsWith('.json'))) {
    const answer = JSON.parse(await readFile(join(answers(folder), name), 'utf8')) as KeptAnswer;
    const finding = answer.findings.find(f => f.id === id);
    if (finding) return {finding, question: answer.question, asOf: answer.asOf, code: answer.code};
  }
  return null;
}

/** A finding with what is behind it: rates by level or by tenths of a number, its spread, the outcome over time. @throws NotFound for a finding that nobody gave, or whose answer was cleared away */
export async function finding(warehouse: Warehouse, id: string): Promise<FindingAnswer> {
  const found = await findFinding(warehouse.folder, id);
  if (!found) throw new NotFound(`there is no finding ${id} here: ask the question again with "fishbone screen"`);
  return warehouse.read(found.asOf, async session => {
    const people = await population(session, found.question);
    const strip = await timeStrip(session, found.finding);
    // A moment has no levels but before and after, which the strip shows.
    if (found.finding.factor === CHANGE_POINT) return {...found, levels: [], histogram: null, strip};
    const {sql, kind} = await factorRelation(session, found.finding.factor);
    const isNumber = kind === 'number';
    const bin = 'case when value is not null then ntile(10) over (partition by value is null order by value, idx) end';
    const rows = await session.rows<LevelSums>(
      `with exposed as (
         select p.idx, p.outcome, coalesce(p.lot_id, p.id) as lot, f.value from screened p left join (${sql}) f on f.part = p.part
       ), levelled as (
         select *, ${isNumber ? bin : 'value'} as level, ${isNumber ? 'value' : '0.0'} as number from exposed
       ), by_lot as (
         select level, lot, count(*) as n, sum(outcome order by idx) as d, min(number) as low, max(number) as high from levelled group by level, lot
       )
       select level::varchar as level, min(low) as low, max(high) as high, sum(n)::double as parts, sum(d order by lot) as defective,
         count(*) as lots, sum(d * d order by lot) as dd, sum(d * n order by lot) as dn, sum(n * n)::double as nn
       from by_lot group by by_lot.level order by ${isNumber ? 'by_lot.level nulls last' : 'defective / parts desc, level'}`,
    );
    const levels = rows.map(sums => rateOf(sums, isNumber, people.outcomeKind));
    const hasSpread = isNumber && people.outcomeKind === 'defective';
    return {...found, levels, histogram: hasSpread ? await outcomeHistogram(session, sql) : null, strip};
  });
}

interface LevelSums {
  [column: string]: unknown;
  level: string | null;
  low: number;
  high: number;
  parts: number;
  defective: number;
  lots: number;
  dd: number;
  dn: number;
  nn: number;
}

/** A level's rate with a 95 % interval in which lots, not parts, are independent: the ratio estimator's variance over lots. */
function rateOf(sums: LevelSums, isNumber: boolean, outcome: 'defective' | 'numeric'): LevelRate {
  const {parts, defective, lots, dd, dn, nn} = sums;
  const rate = defective / parts;
  const between = Math.max(0, dd - 2 * rate * dn + rate * rate * nn);
  const variance = lots > 1 ? ((lots / (lots - 1)) * between) / (parts * parts) : Number.POSITIVE_INFINITY;
  const level =
    sums.level === null ? '(missing)' : isNumber ? `${shortly(sums.low)} to ${shortly(sums.high)}` : sums.level;
  if (outcome === 'numeric') {
    const half = lots > 1 ? 1.959963984540054 * Math.sqrt(variance) : 0;
    return {level, parts, defective, lots, rate, low: rate - half, high: rate + half};
  }
  // As many independent parts as would give this variance; one lot alone counts as its parts do.
  const binomial = (rate * (1 - rate)) / parts;
  const effective = lots > 1 && binomial > 0 ? parts / Math.max(1, variance / binomial) : parts;
  return {level, parts, defective, lots, rate, ...wilson(rate * effective, effective)};
}

/** The filter expression of the parts that a finding calls exposed. @throws QuestionError if it draws no such line */
export function filterOf({factor, where}: Finding): string {
  if (where !== null) return where;
  if (factor === CHANGE_POINT)
    throw new QuestionError(
      'a change in time names no parts by their factors: contain a filter of your choice within "--from" and "--to"',
    );
  throw new QuestionError(
    `the finding about ${factor} draws no line that parts suspect from other parts: contain a range of your choice, such as "${writeName(factor)} >= 1"`,
  );
}

const shortly = (value: number) => String(Number(value.toPrecision(4)));
