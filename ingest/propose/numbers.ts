import type {Answers, Evidence, Question} from './evidence.ts';
import {isNumber, type Seen} from './look.ts';

export interface Decimal {
  mark: '.' | ',';
  evidence: Evidence;
  /** What cannot be read with this mark, as sentences. */
  trouble: string[];
}

const KEY = 'number.decimal';
/** 1.234 may be a little more than one, or more than a thousand. */
const EITHER = {'.': /^[-+]?9{1,3}(\.999)+$/, ',': /^[-+]?9{1,3}(,999)+$/};

interface Sight {
  column: string;
  mark: '.' | ',';
  line: number;
  example: string;
}

/**
 * The decimal mark of a file, from all its numbers. 1.5 and 0.125 settle it, 1.234 alone does not.
 * @returns the mark, or a question if nothing settles it, or `clash` if two columns say different things
 */
export function decimalMark(seen: readonly Seen[], answers: Answers): Decimal | Question | {clash: string} {
  const sights = seen.filter(isNumber).map(sightsOf);
  const sure = sights.flatMap(({sure}) => sure);
  const doubtful = sights.flatMap(({doubtful}) => doubtful);
  const [first] = sure;
  const other = sure.find(({mark}) => mark !== first.mark);
  if (other)
    return {
      clash: `column "${first.column}" has "${first.example}" (line ${first.line}) and column "${other.column}" has "${other.example}" (line ${other.line}): no one decimal mark reads both; export the file with one`,
    };
  const answer = answers[KEY];
  if (first) {
    const why = `column "${first.column}" has "${first.example}" (line ${first.line})`;
    return {mark: first.mark, evidence: {confidence: 0.95, why}, trouble: troubleWith(doubtful, first.mark)};
  }
  if (doubtful.length === 0) return {mark: '.', evidence: {confidence: 0.9, why: 'no number has a mark'}, trouble: []};
  if (answer === '.' || answer === ',')
    return {mark: answer, evidence: {confidence: 1, why: 'as answered'}, trouble: troubleWith(doubtful, answer)};
  const {column, example, line} = doubtful[0];
  return {
    key: KEY,
    ask: `is "${example}" in column "${column}" a decimal number, or are its digits grouped by thousands?`,
    why: `line ${line}; in all the file no number shows which (three digits follow each mark)`,
    options: [
      {answer: '.', means: 'the decimal mark is the dot'},
      {answer: ',', means: 'the decimal mark is the comma'},
    ],
  };
}

function sightsOf({profile, shapes}: Seen): {sure: Sight[]; doubtful: Sight[]} {
  const sure: Sight[] = [];
  const doubtful: Sight[] = [];
  for (const {shape, example, line} of shapes) {
    const marks = (shape.match(/[.,]/g) ?? []) as ('.' | ',')[];
    const mark = marks.at(-1);
    if (!mark) continue;
    const sight = {column: profile.column, mark, line, example};
    const leadingZero = /^[-+]?0[.,]/.test(example) || (mark === '.' ? profile.zeroPoint : profile.zeroComma) > 0;
    // 1.234,5: the last mark is the decimal one. 1.234.567: none of them is.
    if (new Set(marks).size > 1) sure.push(sight);
    else if (EITHER[mark].test(shape) && !(leadingZero && marks.length === 1)) doubtful.push(sight);
    else sure.push(sight);
  }
  return {sure, doubtful};
}

/** Grouped digits are not read: their rows would be rejected, or worse be taken for a thousandth. */
function troubleWith(doubtful: readonly Sight[], mark: '.' | ','): string[] {
  const wrong = doubtful.filter(sight => sight.mark !== mark || (sight.example.match(/[.,]/g)?.length ?? 0) > 1);
  const byColumn = new Map(wrong.map(sight => [sight.column, sight]));
  return [...byColumn.values()].map(
    ({column, example, line}) =>
      `column "${column}" has "${example}" (line ${line}), where the decimal mark is "${mark}": digits grouped by thousands cannot be read; export them without groups`,
  );
}
