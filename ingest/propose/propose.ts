import type {Sheet} from '../../warehouse/sheet.ts';
import {Draft} from './draft.ts';
import type {Answers, Evidence, Question} from './evidence.ts';
import {layOutOthers, layOutParts, type Sources} from './layouts.ts';
import {look, type Seen} from './look.ts';
import {decimalMark} from './numbers.ts';
import {findRoles, likeness, type Roles} from './roles.ts';
import {clockFormats, type TimeFormat, timeFormat} from './times.ts';
import {ROLES, type Role} from './vocabulary.ts';

export interface Proposal {
  /** JSON with comments; null where something has to be asked or put right first. */
  text: string | null;
  lines: {place: string; confidence: number; why: string}[];
  questions: Question[];
  /** What keeps the file from being mapped, whatever is answered. */
  refused: string[];
  /** What will be rejected, or is not taken. */
  notes: string[];
}

/**
 * Proposes a mapping, each line with what speaks for it:
 *   1 look at every column, over all records · 2 decimal mark · 3 what each column is · 4 how times are written ·
 *   5 which tables that makes · 6 what is left over
 * @param timeZone said already, and by whom
 * @param known parameters that the warehouse describes
 */
export async function propose(
  sheet: Sheet,
  {
    stem,
    answers,
    timeZone,
    known,
  }: {stem: string; answers: Answers; timeZone: {name: string; by: string} | null; known: ReadonlySet<string>},
): Promise<Proposal> {
  const seen: Seen[] = [];
  for (const column of sheet.columns) seen.push(look(await sheet.profile(column)));
  if (answers.columns === undefined && hasNoHeader(seen)) return asked([COLUMNS]);
  const draft = new Draft();
  if (answers.columns !== undefined) draft.set(['columns'], sheet.columns, {confidence: 1, why: 'as answered'});
  for (const key of ['sheet', 'rows', 'encoding'])
    if (answers[key] !== undefined) draft.set([key], answers[key], {confidence: 1, why: 'as answered'});
  const questions: Question[] = [];
  const refused: string[] = [];
  const notes: string[] = [];

  const decimal = decimalMark(seen, answers);
  if ('clash' in decimal) refused.push(decimal.clash);
  else if ('key' in decimal) questions.push(decimal);
  else notes.push(...decimal.trouble);

  const {roles, questions: unsure} = findRoles(seen, answers);
  const timing = await timesOf(sheet, seen, roles, answers);
  questions.push(...timing.questions);
  refused.push(...timing.clashes);
  if (timing.isLocal && !timeZone && answers['time.zone'] === undefined) questions.push(ZONE);

  const sources: Sources = {draft, sheet, seen, roles, answers, stem, known, times: timing.expressions};
  const others = layOutOthers(sources);
  if (!others) questions.push(...unsure);
  const laid = others ?? (unsure.length > 0 ? null : await layOutParts(sources));
  if (laid) {
    questions.push(...laid.questions);
    refused.push(...laid.clashes);
    if (questions.length + refused.length === 0) leaveOut(draft, seen, laid.used, timing.used, notes);
  }
  if (questions.length + refused.length > 0) return {...asked(once(questions)), refused, notes};
  if (Object.keys((draft.mapping.tables ?? {}) as object).length === 0)
    return {
      ...asked([]),
      refused: [
        'no column says what these records are about: say what a column is, such as --answer "column.NAME=result"',
      ],
      notes,
    };
  addReading(draft, seen, timing, decimal as {mark: string; evidence: Evidence}, timeZone, answers);
  return {text: draft.text(), lines: draft.lines(), questions: [], refused: [], notes};
}

const asked = (questions: Question[]): Proposal => ({text: null, lines: [], questions, refused: [], notes: []});

const once = (questions: readonly Question[]): Question[] => [...new Map(questions.map(q => [q.key, q])).values()];

const COLUMNS: Question = {
  key: 'columns',
  ask: 'what are the columns called? The first line looks like a record, not like names',
  why: 'names, in the order of the file, with commas between them',
  options: [],
};

const ZONE: Question = {
  key: 'time.zone',
  ask: 'in which time zone are the times?',
  why: 'they have no offset, and no time zone was said (--time-zone, or timeZone in fishbone.json)',
  options: [],
};

/** Names are no numbers, and not shaped like what stands below them. */
function hasNoHeader(seen: readonly Seen[]): boolean {
  const like = seen.filter(({profile, shapes}) => {
    const shape = profile.column.replaceAll(/\d/g, '9');
    return /\d/.test(profile.column) && shapes.some(s => s.shape === shape) && !/[A-Za-z]{3}/.test(profile.column);
  });
  const numbers = seen.filter(one => /^[-+]?\d+([.,]\d+)?$/.test(one.profile.column));
  const rising = numbers.every(
    (one, k) => k === 0 || Number(one.profile.column) > Number(numbers[k - 1].profile.column),
  );
  // Names may be numbers too, as of sensors: then they rise, and others are words.
  return like.length > seen.length / 2 && !(rising && numbers.length < seen.length);
}

const TIMES = Object.keys(ROLES).filter(role => ROLES[role as Role].kind === 'time') as Role[];

interface Timing {
  formats: {format: string; evidence: Evidence}[];
  expressions: Map<Role, unknown>;
  questions: Question[];
  clashes: string[];
  isLocal: boolean;
  used: Set<Seen>;
}

async function timesOf(sheet: Sheet, seen: readonly Seen[], roles: Roles, answers: Answers): Promise<Timing> {
  const timing: Timing = {
    formats: [],
    expressions: new Map(),
    questions: [],
    clashes: [],
    isLocal: false,
    used: new Set(),
  };
  const clock = seen.find(
    one =>
      one.kind === 'time-of-day' &&
      (roles.hour?.seen === one ||
        likeness(one.words, 'hour').score > 0 ||
        likeness(one.words, 'inspected_at').score > 0),
  );
  const formats = new Map<string, Evidence>();
  for (const role of TIMES) {
    const held = roles[role];
    if (!held) continue;
    const found: TimeFormat | Question | {clash: string} = await timeFormat(sheet, held.seen, answers);
    if ('clash' in found) timing.clashes.push(found.clash);
    else if ('key' in found) timing.questions.push(found);
    else {
      timing.isLocal ||= found.isLocal;
      const isDay = held.seen.shapes.every(({shape}) => !shape.includes(':'));
      const join = clock && isDay && !timing.used.has(clock);
      if (join) {
        timing.used.add(clock);
        timing.expressions.set(role, {join: [held.seen.profile.column, clock.profile.column], with: ' '});
        held.evidence = {
          confidence: Math.min(0.8, held.evidence.confidence),
          why: `${held.evidence.why}; a day, with the time in "${clock.profile.column}"`,
        };
      }
      const days = join && found.formats.length === 0 ? ['%Y-%m-%d'] : found.formats;
      for (const day of days)
        for (const format of join ? clockFormats(clock.shapes).map(c => `${day} ${c}`) : [day])
          formats.set(format, found.evidence);
    }
  }
  if (clock && !timing.used.has(clock) && timing.questions.length === 0) dateOf(clock, roles, answers, timing, formats);
  const clash = [...formats.keys()].find(
    format => format.startsWith('%m') && formats.has(format.replace(/^%m(.)%d/, '%d$1%m')),
  );
  if (clash)
    timing.clashes.push(
      'some columns have the day before the month, others the month before the day: no one mapping reads both; export them alike',
    );
  timing.formats = [...formats].map(([format, evidence]) => ({format, evidence}));
  return timing;
}

/** A time of day says nothing without its day. */
function dateOf(clock: Seen, roles: Roles, answers: Answers, timing: Timing, formats: Map<string, Evidence>): void {
  const day = answers['time.date'];
  const {column, shapes} = clock.profile;
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)) {
    timing.questions.push({
      key: 'time.date',
      ask: `of which day are the times in column "${column}"?`,
      why: `"${shapes[0].example}" (line ${shapes[0].line}) names none, and no column of days is beside it; answer as 2025-04-03, or "column.${column}=ignore"`,
      options: [],
    });
    return;
  }
  roles.inspected_at = {seen: clock, evidence: {confidence: 1, why: 'the day as answered'}};
  timing.used.add(clock);
  timing.isLocal = true;
  timing.expressions.set('inspected_at', {join: [{constant: day}, column], with: ' '});
  for (const format of clockFormats(clock.shapes))
    formats.set(`%Y-%m-%d ${format}`, {confidence: 1, why: 'the day as answered'});
}

/** What no line uses is left out with a reason, and told. */
function leaveOut(
  draft: Draft,
  seen: readonly Seen[],
  used: ReadonlySet<Seen>,
  times: ReadonlySet<Seen>,
  notes: string[],
): void {
  for (const one of seen) {
    if (used.has(one) || times.has(one)) continue;
    const {column, distinct, longest} = one.profile;
    const reason =
      one.kind === 'empty'
        ? 'it has no values'
        : one.kind === 'word' && (longest > 60 || distinct / one.filled >= 0.5)
          ? 'nearly each record has another text: a remark, or an id of something else'
          : 'nothing here says what it is';
    draft.set(['ignore', column], reason, {
      confidence: one.kind === 'empty' ? 0.9 : 0.5,
      why: `such as "${one.shapes[0]?.example ?? ''}"`,
    });
    notes.push(`column "${column}" is left out: ${reason}`);
  }
}

/** How the file as a whole is read. */
function addReading(
  draft: Draft,
  seen: readonly Seen[],
  timing: Timing,
  decimal: {mark: string; evidence: Evidence},
  timeZone: {name: string; by: string} | null,
  answers: Answers,
): void {
  const zone = answers['time.zone'] ?? timeZone?.name;
  if (timing.isLocal && zone !== undefined)
    draft.set(['timeZone'], zone, {
      confidence: 1,
      why: answers['time.zone'] !== undefined ? 'as answered' : timeZone!.by,
    });
  for (const [k, {format, evidence}] of timing.formats.entries()) draft.set(['timeFormats', k], format, evidence);
  if (decimal.mark === ',') draft.set(['decimal'], ',', decimal.evidence);
  const missing = [...new Set(seen.flatMap(one => one.missing))].sort();
  for (const [k, word] of missing.entries()) {
    const of = seen.filter(one => one.missing.includes(word));
    draft.set(['missing', k], word, {
      confidence: 0.9,
      why: `among the values of ${of.length} ${of.length === 1 ? 'column' : 'columns'}, such as "${of[0].profile.column}"`,
    });
  }
}
