/** Which canonical tables a file fills, once it is known what its columns are. */
import {CANONICAL, columnsOf} from '../../warehouse/canonical.ts';
import type {Sheet} from '../../warehouse/sheet.ts';
import type {Draft} from './draft.ts';
import type {Answers, Question} from './evidence.ts';
import {addDefects, addFlags, resultCodes} from './judged.ts';
import {isNumber, isUnique, type Seen} from './look.ts';
import {addMeasurements} from './measured.ts';
import type {Held, Roles} from './roles.ts';
import {parameterName} from './units.ts';
import type {Role} from './vocabulary.ts';

export interface Sources {
  draft: Draft;
  sheet: Sheet;
  seen: readonly Seen[];
  roles: Roles;
  answers: Answers;
  /** Of the file's name: what an id that is made begins with. */
  stem: string;
  /** Parameters that the warehouse knows: what is said of them is not said again. */
  known: ReadonlySet<string>;
  /** Expressions of times that need more than a column. */
  times: ReadonlyMap<Role, unknown>;
}

export interface Laid {
  questions: Question[];
  clashes: string[];
  used: Set<Seen>;
}

/** @returns null if its records are not about parts */
export function layOutOthers(sources: Sources): Laid | null {
  const {roles, draft} = sources;
  const used = new Set<Seen>();
  const done = (): Laid => ({questions: [], clashes: [], used});
  if (roles.part) return null;
  const put = placer(sources, used);
  const reports = roles.quantity_good ?? roles.quantity_rejected;
  if (reports && (roles.work_order || roles.lot)) {
    const about = roles.work_order ? 'work_order' : 'lot';
    if (roles.work_order && roles.product) {
      draft.set(['tables', 'work_orders', 'distinct'], true, {
        confidence: 0.9,
        why: 'a work order is named on each of its reports',
      });
      put('work_orders', ['work_order', 'product', 'quantity']);
    }
    put('operations', [
      about,
      'step',
      'station',
      'tool',
      'operator',
      'program',
      'report_kind',
      'quantity_good',
      'quantity_rejected',
      'started_at',
      'ended_at',
    ]);
    const key = [about, 'step', 'started_at'].flatMap(role => roles[role as Role]?.seen.profile.column ?? []);
    draft.set(
      ['tables', 'operations', 'run'],
      {occurrence: key},
      {confidence: 0.7, why: 'reports that say the same stay apart'},
    );
    return roles.step ? done() : {...done(), questions: stepQuestion(sources, ['tables', 'operations', 'step'])};
  }
  if (roles.lot && roles.inspected) {
    put('tallies', [
      'lot',
      'step',
      ['at', 'inspected_at'],
      'inspected',
      ['rejected', 'quantity_rejected'],
      'reworked',
      'defect',
    ]);
    return roles.step ? done() : {...done(), questions: stepQuestion(sources, ['tables', 'tallies', 'step'])};
  }
  const numbers = sources.seen.filter(one => isNumber(one) && !Object.values(roles).some(({seen}) => seen === one));
  const at = roles.inspected_at ?? roles.measured_at;
  if (roles.station && at && numbers.length > 0 && !roles.result && !sources.answers.part) {
    for (const [k, one] of numbers.entries()) {
      const of = numbers.length === 1 ? ['tables', 'readings'] : ['tables', 'readings', k];
      draft.set([...of, 'station'], roles.station.seen.profile.column, k === 0 ? roles.station.evidence : undefined);
      draft.set(
        [...of, 'at'],
        sources.times.get('inspected_at') ?? at.seen.profile.column,
        k === 0 ? at.evidence : undefined,
      );
      addReading(sources, one, of);
      used.add(one);
    }
    used.add(roles.station.seen).add(at.seen);
    return done();
  }
  return describedThings(sources, put) ? done() : null;
}

function addReading({draft}: Sources, one: Seen, of: (string | number)[]): void {
  draft.set(
    [...of, 'parameter'],
    {constant: parameterName(one.header)},
    {
      confidence: one.header.unit === null ? 0.7 : 0.9,
      why: one.header.unit === null ? 'a column of numbers' : `numbers in ${one.header.unit}`,
    },
  );
  draft.set([...of, 'value'], one.profile.column);
}

/** Master data: the table of which most is there. */
function describedThings({roles, answers}: Sources, put: ReturnType<typeof placer>): boolean {
  if (roles.result || answers.part !== undefined) return false;
  const tables = ['lots', 'work_orders', 'parameters'].filter(table =>
    CANONICAL[table].columns.every(c => !c.required || roles[c.name as Role]),
  );
  const held = (table: string) => columnsOf(table).filter(c => roles[c.name as Role]).length;
  const best = tables.filter(table => held(table) > 1).sort((a, b) => held(b) - held(a))[0];
  if (!best) return false;
  put(
    best,
    columnsOf(best).map(c => c.name as Role),
  );
  return true;
}

/** The usual case: each record tells of a part. */
export async function layOutParts(sources: Sources): Promise<Laid> {
  const {draft, sheet, seen, roles, answers, stem} = sources;
  const used = new Set<Seen>();
  const put = placer(sources, used);
  const questions: Question[] = [];
  const clashes: string[] = [];
  const byLine = !roles.part;
  const part: unknown = byLine ? {join: [{constant: stem}, '$line'], with: '-'} : roles.part!.seen.profile.column;
  const partEvidence = roles.part?.evidence ?? {confidence: 1, why: 'as answered: each line is a part of its own'};
  if (roles.part) used.add(roles.part.seen);
  const repeats = !byLine && !isUnique(roles.part!.seen);
  const product = roles.product ? undefined : answers.product;
  if (roles.product || product !== undefined) {
    const at = ['tables', 'parts'];
    if (repeats) draft.set([...at, 'distinct'], true, {confidence: 0.9, why: 'parts come more than once'});
    draft.set([...at, 'part'], part, partEvidence);
    if (product !== undefined) draft.set([...at, 'product'], {constant: product}, {confidence: 1, why: 'as answered'});
    put('parts', ['product', 'work_order', 'lot', 'made_at']);
  } else if (roles.lot || roles.work_order) {
    const of = (roles.lot ?? roles.work_order)!.seen.profile.column;
    questions.push({
      key: 'product',
      ask: 'which product are these parts?',
      why: `no column names it, and "${of}" is told with the part and its product`,
      options: [],
    });
  }
  const passes = addOperations(sources, part, partEvidence, repeats, put, questions);
  const verdicts = roles.result ? resultCodes(roles.result, answers) : {values: {}, questions: []};
  questions.push(...verdicts.questions);
  if ('clash' in verdicts && verdicts.clash) clashes.push(verdicts.clash);
  const inspection = inspectionId(sources, part, byLine || !repeats);
  if (roles.result || roles.defect)
    draft.set(['tables', 'inspections', 'inspection'], inspection.value, inspection.evidence);
  const found = await addDefects(draft, sheet, roles, verdicts.values, inspection.value, answers);
  questions.push(...found.questions);
  if (roles.defect) used.add(roles.defect.seen);
  const flags = await addFlags(
    draft,
    sheet,
    seen.filter(one => one.kind === 'whole' && !Object.values(roles).some(held => held.seen === one)),
    roles.result,
    verdicts.values,
    inspection.value,
  );
  for (const flag of flags) used.add(flag);
  if (roles.result || roles.defect) {
    const at = ['tables', 'inspections'];
    draft.set([...at, 'part'], part, partEvidence);
    put(
      'inspections',
      passes
        ? ['inspected_at', 'inspector', 'image', 'confidence']
        : ['inspected_at', 'step', 'station', 'inspector', 'image', 'confidence'],
    );
    draft.set([...at, 'result'], ...resultLine(roles, verdicts.values, found.none));
    if (roles.result) used.add(roles.result.seen);
    if (roles.inspection) used.add(roles.inspection.seen);
  }
  addMeasurements(sources, part, partEvidence, repeats, used);
  return {questions, clashes, used};
}

function resultLine(
  {result, defect}: Roles,
  values: Record<string, string>,
  none: string[],
): [unknown, Held['evidence']] {
  if (result) return [{map: result.seen.profile.column, values}, result.evidence];
  const {seen, evidence} = defect!;
  const good = Object.fromEntries(
    [...none, ...(seen.filled < seen.profile.rows ? ['', ...seen.missing] : [])].map(text => [text, 'pass']),
  );
  if (Object.keys(good).length === 0)
    return [{constant: 'fail'}, {confidence: 1, why: 'as answered: every record tells of a defect'}];
  return [
    {map: seen.profile.column, values: good, otherwise: {value: 'fail'}},
    {confidence: Math.min(0.7, evidence.confidence), why: 'no column is a result: a record that names a defect fails'},
  ];
}

/** Its own id; else the part and when it was inspected. */
function inspectionId(
  {roles, times}: Sources,
  part: unknown,
  once: boolean,
): {value: unknown; evidence: Held['evidence']} {
  if (roles.inspection) return {value: roles.inspection.seen.profile.column, evidence: roles.inspection.evidence};
  const at = times.get('inspected_at') ?? roles.inspected_at?.seen.profile.column;
  if (at !== undefined && typeof part === 'string')
    return {
      value: {join: [part, at], with: '/'},
      evidence: {confidence: 0.8, why: 'no column is its id: the part and the time make one'},
    };
  if (once)
    return {
      value: part,
      evidence: {confidence: 0.6, why: 'no column is its id; each part is inspected once in this file'},
    };
  return {
    value: {join: [part, {occurrence: [part]}], with: '/'},
    evidence: {
      confidence: 0.5,
      why: 'no column is its id and none its time: counted within this file, so send each inspection in one file only',
    },
  };
}

/** @returns whether there are any */
function addOperations(
  {roles, draft, answers}: Sources,
  part: unknown,
  evidence: Held['evidence'],
  repeats: boolean,
  put: ReturnType<typeof placer>,
  questions: Question[],
): boolean {
  const work = (['tool', 'cavity', 'program', 'operator', 'started_at', 'ended_at'] as const).some(role => roles[role]);
  const passes =
    work || Boolean(roles.station && (roles.step || answers.step !== undefined || !(roles.result || roles.defect)));
  if (!passes) return false;
  const at = ['tables', 'operations'];
  draft.set([...at, 'part'], part, evidence);
  if (!roles.step && answers.step !== undefined)
    draft.set([...at, 'step'], {constant: answers.step}, {confidence: 1, why: 'as answered'});
  put('operations', ['step', 'station', 'tool', 'cavity', 'operator', 'program', 'started_at', 'ended_at']);
  if (repeats) {
    const of = [part, roles.step?.seen.profile.column].filter(column => typeof column === 'string');
    draft.set(
      [...at, 'run'],
      {occurrence: of},
      {confidence: 0.6, why: 'parts come more than once: the n-th record is the n-th run'},
    );
  }
  if (!roles.step && answers.step === undefined) questions.push(STEP);
  return true;
}

const STEP: Question = {
  key: 'step',
  ask: 'which step do the records tell of (press, final test, ...)?',
  why: 'no column names it, and what happened to a part happened in a step',
  options: [],
};

function stepQuestion({draft, answers}: Sources, place: string[]): Question[] {
  if (answers.step === undefined) return [STEP];
  draft.set(place, {constant: answers.step}, {confidence: 1, why: 'as answered'});
  return [];
}

type Placed = Role | readonly [column: string, role: Role];

/** Puts columns into a table's lines, those that there are. */
function placer({draft, roles, times}: Sources, used: Set<Seen>) {
  return (table: string, columns: readonly Placed[]): void => {
    for (const placed of columns) {
      const [column, role] = typeof placed === 'string' ? [placed, placed] : placed;
      const held = roles[role];
      if (!held) continue;
      draft.set(['tables', table, column], times.get(role) ?? held.seen.profile.column, held.evidence);
      used.add(held.seen);
    }
  };
}
