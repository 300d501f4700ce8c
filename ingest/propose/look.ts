import type {ColumnProfile} from '../../warehouse/sheet.ts';
import {type Header, plainWords, takeUnit} from './units.ts';
import {MISSING_WORDS} from './vocabulary.ts';

/** A column, and what kind of texts it holds. */
export interface Seen {
  profile: ColumnProfile;
  header: Header;
  /** The header in plain words, without its unit. */
  words: string;
  kind: 'number' | 'whole' | 'time' | 'time-of-day' | 'word' | 'empty';
  /** Words in it that stand for no value. */
  missing: string[];
  /** Shapes that are left without them. */
  shapes: ColumnProfile['shapes'];
  /** How many cells have a value. */
  filled: number;
}

const WHOLE = /^[-+]?9+$/;
const NUMBER = /^[-+]?(9+|9*[.,]9+|9+[.,]|9{1,3}([.,]999)+([.,]9+)?)([eE][-+]?9+)?$/;
const DAY = `(9999[-/.]99?[-/.]99?|99?[-/.]99?[-/.](9999|99)|99?[-. ]?[A-Za-z]{3}[-. ]?(9999|99))`;
const CLOCK = `99?:99(:99([.,]9{1,9})?)?( ?[AaPp][Mm])?`;
const TIME = new RegExp(`^${DAY}([T ]${CLOCK}(Z|[-+]99:?99|[-+]99)?)?$`);
const TIME_OF_DAY = new RegExp(`^${CLOCK}$`);
const SOUNDS_LIKE_TIME = /\b(time|timestamp|date|day|datum|zeit\w*|\w+zeit|\w+datum|\w+ at)$/;
const SOUNDS_LIKE_HOUR = /\b(hour|stunde|uhrzeit|std)\b/;

/** Sorts a column by the shapes of its texts. */
export function look(profile: ColumnProfile): Seen {
  const header = takeUnit(profile.column);
  const words = plainWords(header.base);
  const all = {missing: missingIn(profile, () => true), profile, header, words};
  const bare = profile.shapes.filter(({shape}) => !MISSING_WORDS.has(shape));
  const filled = bare.reduce((sum, {rows}) => sum + rows, 0);
  const told = {...all, shapes: bare, filled};
  // What was left out because there are too many shapes is words.
  const complete = profile.shapes.reduce((sum, {rows}) => sum + rows, 0) === profile.rows - profile.empty;
  if (filled === 0) return {...told, kind: 'empty'};
  const every = (pattern: RegExp) => complete && bare.every(({shape}) => pattern.test(shape));
  if (every(TIME)) return {...told, kind: 'time'};
  if (every(TIME_OF_DAY)) return {...told, kind: 'time-of-day'};
  if (every(/^99999999$/) && SOUNDS_LIKE_TIME.test(words)) return {...told, kind: 'time'};
  if (every(/^99?$/) && SOUNDS_LIKE_HOUR.test(words)) return {...told, kind: 'time-of-day'};
  if (every(WHOLE) && profile.leadingZeros === 0) return {...told, kind: 'whole'};
  if (every(NUMBER) && profile.leadingZeros === 0) return {...told, kind: 'number'};
  // Among words, a dash or "none" may be a word as any other.
  const strict = missingIn(profile, text => /^(nan|null|#\S+|n\/a|k\. ?a\.|\?)$/i.test(text));
  const shapes = profile.shapes.filter(({shape}) => !strict.includes(shape));
  return {...told, kind: 'word', missing: strict, shapes, filled: shapes.reduce((sum, {rows}) => sum + rows, 0)};
}

function missingIn({shapes}: ColumnProfile, counts: (text: string) => boolean): string[] {
  return shapes.map(({shape}) => shape).filter(shape => MISSING_WORDS.has(shape) && counts(shape));
}

export const isNumber = ({kind}: Seen): boolean => kind === 'number' || kind === 'whole';

/** Different in every record, and there in every record. */
export const isUnique = ({profile}: Seen): boolean => profile.empty === 0 && profile.distinct === profile.rows;
