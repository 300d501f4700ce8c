import type {Sheet} from '../../warehouse/sheet.ts';
import type {Answers, Evidence, Question} from './evidence.ts';
import type {Seen} from './look.ts';

export interface TimeFormat {
  /** As strptime reads them; none for ISO 8601. */
  formats: string[];
  /** Some text has no offset. */
  isLocal: boolean;
  evidence: Evidence;
}

const KEY = 'time.day-first';

/** Finds out how a column writes times, from all of its texts. @returns the format, a question, or why it cannot be read */
export async function timeFormat(
  sheet: Sheet,
  {profile, shapes, missing}: Seen,
  answers: Answers,
): Promise<TimeFormat | Question | {clash: string}> {
  const {column} = profile;
  const isIso = (shape: string) => shape.startsWith('9999-99-99');
  const isLocal = shapes.some(({shape}) => !/:99.*(Z|[-+]99(:?99)?)$/.test(shape));
  const strange = shapes.filter(({shape}) => !isIso(shape));
  if (strange.length === 0) return {formats: [], isLocal, evidence: {confidence: 0.95, why: 'ISO 8601'}};
  const twoNumbers = strange.filter(({shape}) => /^99?[-/.]99?[-/.]/.test(shape));
  let dayFirst = true;
  let evidence: Evidence = {confidence: 0.95, why: `such as "${strange[0].example}" (line ${strange[0].line})`};
  if (twoNumbers.length > 0) {
    const found = await dayBefore(sheet, column, twoNumbers[0], answers);
    if (!('dayFirst' in found)) return found;
    dayFirst = found.dayFirst;
    evidence = found.evidence;
  }
  const formats = [...new Set(strange.map(({shape}) => formatOf(shape, dayFirst)))];
  const unread = await sheet.unread(column, formats, missing);
  if (unread.rows > 0)
    return {
      clash: `column "${column}": ${unread.rows} of its texts are no times by ${formats.join(' or ')}, the first on line ${unread.line}: "${unread.example}"`,
    };
  return {
    formats,
    isLocal,
    evidence: {...evidence, why: `${evidence.why}; all ${profile.rows - profile.empty} are read`},
  };
}

/** Whether the day comes before the month. The whole column is gone through: one 25 settles it. */
async function dayBefore(
  sheet: Sheet,
  column: string,
  {shape, example, line}: {shape: string; example: string; line: number},
  answers: Answers,
): Promise<{dayFirst: boolean; evidence: Evidence} | Question | {clash: string}> {
  const {firstAbove12, secondAbove12, thirdAbove31} = await sheet.dayEvidence(column);
  if (firstAbove12 !== null && secondAbove12 !== null)
    return {
      clash: `column "${column}": line ${firstAbove12} has a day before the month, line ${secondAbove12} a month before the day: export it with one order, best as ISO 8601`,
    };
  const shortYear = !/9999/.test(shape) && thirdAbove31 === null;
  if (firstAbove12 !== null && !shortYear)
    return {dayFirst: true, evidence: {confidence: 0.95, why: `a first number above 12 on line ${firstAbove12}`}};
  if (secondAbove12 !== null)
    return {dayFirst: false, evidence: {confidence: 0.95, why: `a second number above 12 on line ${secondAbove12}`}};
  const answer = answers[KEY];
  if (answer === 'yes' || answer === 'no')
    return {dayFirst: answer === 'yes', evidence: {confidence: 1, why: 'as answered'}};
  return {
    key: KEY,
    ask: `in "${example}" of column "${column}", does the day come first?`,
    why: shortYear
      ? `line ${line}; a year of two digits may stand anywhere`
      : `line ${line}; in the whole column neither of the first two numbers is ever above 12`,
    options: [
      {
        answer: 'yes',
        means: `day, month, year (${shape.includes('.') ? 'as German plants write it' : 'as Europe writes it'})`,
      },
      {answer: 'no', means: 'month, day, year (as the USA write it)'},
    ],
  };
}

function formatOf(shape: string, dayFirst: boolean): string {
  return shape
    .replace(/^9999(?=[-/.])([-/.])99?[-/.]99?/, '%Y$1%m$1%d')
    .replace(/^99999999/, '%Y%m%d')
    .replace(/^99?([-/.])99?[-/.]9999/, dayFirst ? '%d$1%m$1%Y' : '%m$1%d$1%Y')
    .replace(/^99?([-/.])99?[-/.]99/, dayFirst ? '%d$1%m$1%y' : '%m$1%d$1%y')
    .replace(/^99?([-. ]?)[A-Za-z]{3}([-. ]?)9999/, '%d$1%b$2%Y')
    .replace(/^99?([-. ]?)[A-Za-z]{3}([-. ]?)99/, '%d$1%b$2%y')
    .replace(/99?(:99(?::99)?(?:[.,]9+)?)( ?)[AaPp][Mm]$/, '%I$1$2%p')
    .replace(/99?:99(:99)?/, (_, seconds: string | undefined) => `%H:%M${seconds ? ':%S' : ''}`)
    .replace(/%I:99:99/, '%I:%M:%S')
    .replace(/%I:99/, '%I:%M')
    .replace(/([.,])9{3}$/, '$1%g')
    .replace(/([.,])9+$/, '$1%f')
    .replace(/[-+]99:?99$/, '%z');
}

/** As a piece of a joined time: `05`, `05:30`, `05:30:10`. */
export function clockFormats(shapes: Seen['shapes']): string[] {
  return [...new Set(shapes.map(({shape}) => (/^99?$/.test(shape) ? '%H' : formatOf(shape, true))))];
}
