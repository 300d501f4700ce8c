/**
 * The language of `--where`: comparisons of factors with values, joined by and, or, not.
 *
 *     bore.tool = 'T7' and part.product in ('HX-100', 'HX-200') and not bore.torque >= 4.2
 *
 * Names with other signs than letters, digits, `_`, `-` and `.` stand in double quotes; texts in single quotes. A factor
 * that has no value for a part fails every comparison; `is missing` and `is not missing` ask for that.
 */

export type Filter =
  | {is: 'and'; left: Filter; right: Filter}
  | {is: 'or'; left: Filter; right: Filter}
  | {is: 'not'; of: Filter}
  | {is: 'missing'; factor: string}
  | {is: 'in'; factor: string; values: (string | number)[]}
  | {is: 'comparison'; factor: string; operator: Operator; value: string | number};

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A filter that cannot be read; `at` is the character (0 = first) where. */
class FilterError extends Error {
  readonly code = 'USAGE';
  readonly at: number;
  constructor(message: string, expression: string, at: number) {
    super(`${message} at character ${at + 1} of the filter: ${expression.slice(0, at)}▸${expression.slice(at)}`);
    this.name = 'FilterError';
    this.at = at;
  }
}

type Token = {at: number} & (
  | {type: 'name'; text: string; quoted: boolean}
  | {type: 'text'; text: string}
  | {type: 'number'; text: string}
  | {type: 'sign'; text: string}
  | {type: 'end'; text: ''}
);

const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'is', 'missing']);
const MAX_DEPTH = 100;

/** @throws FilterError that says where */
export function parseFilter(expression: string): Filter {
  const tokens = tokenize(expression);
  let position = 0;
  let depth = 0;
  const peek = () => tokens[position];
  const isWord = (word: string) => {
    const token = peek();
    return token.type === 'name' && !token.quoted && token.text.toLowerCase() === word;
  };
  const isSign = (sign: string) => peek().type === 'sign' && peek().text === sign;
  const fail = (wanted: string): never => {
    const token = peek();
    throw new FilterError(
      `${wanted} expected, ${token.type === 'end' ? 'but it ends' : `not "${token.text}"`}`,
      expression,
      token.at,
    );
  };
  const takeSign = (sign: string) => (isSign(sign) ? tokens[position++] : fail(`"${sign}"`));
  const takeWord = (word: string) => (isWord(word) ? tokens[position++] : fail(`"${word}"`));

  const either = (): Filter => {
    let left = both();
    while (isWord('or')) {
      position++;
      left = {is: 'or', left, right: both()};
    }
    return left;
  };
  const both = (): Filter => {
    let left = unary();
    while (isWord('and')) {
      position++;
      left = {is: 'and', left, right: unary()};
    }
    return left;
  };
  const unary = (): Filter => {
    if (++depth > MAX_DEPTH) throw new FilterError('nested too deeply', expression, peek().at);
    try {
      if (isWord('not')) {
        position++;
        return {is: 'not', of: unary()};
      }
      if (!isSign('(')) return comparison();
      position++;
      const inner = either();
      takeSign(')');
      return inner;
    } finally {
      depth--;
    }
  };
  const comparison = (): Filter => {
    const token = peek();
    if (token.type !== 'name' || (!token.quoted && KEYWORDS.has(token.text.toLowerCase())))
      return fail('a factor name');
    position++;
    const factor = token.text;
    if (isWord('is')) {
      position++;
      const negated = isWord('not');
      if (negated) position++;
      takeWord('missing');
      return negated ? {is: 'not', of: {is: 'missing', factor}} : {is: 'missing', factor};
    }
    const negated = isWord('not');
    if (negated) position++;
    if (negated || isWord('in')) {
      takeWord('in');
      takeSign('(');
      const values = [value()];
      while (isSign(',')) {
        position++;
        values.push(value());
      }
      takeSign(')');
      const list: Filter = {is: 'in', factor, values};
      return negated ? {is: 'not', of: list} : list;
    }
    const operator = peek();
    if (operator.type !== 'sign' || !/^(=|!=|<|<=|>|>=)$/.test(operator.text))
      return fail('one of = != < <= > >= in is');
    position++;
    return {is: 'comparison', factor, operator: operator.text as Operator, value: value()};
  };
  const value = (): string | number => {
    const token = peek();
    if (token.type === 'name') return fail(`a number or a text in single quotes, such as ${writeText(token.text)},`);
    if (token.type !== 'text' && token.type !== 'number') return fail('a number or a text in single quotes');
    position++;
    return token.type === 'number' ? Number(token.text) : token.text;
  };

  const filter = either();
  if (peek().type !== 'end') fail('"and", "or" or the end');
  return filter;
}

/** The factors that a filter names, from left to right, each once. */
export function factorsOf(filter: Filter): string[] {
  if (filter.is === 'not') return factorsOf(filter.of);
  if ('left' in filter) return [...new Set([...factorsOf(filter.left), ...factorsOf(filter.right)])];
  return [filter.factor];
}

/** A factor name as the language writes it. */
export function writeName(name: string): string {
  return /^[\p{L}\d_][\p{L}\d_.-]*$/u.test(name) && !/^[\d.-]+$/.test(name) && !KEYWORDS.has(name.toLowerCase())
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}

/** A text as the language writes it. */
export const writeText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const PATTERN =
  /\s*(?:("(?:[^"]|"")*")|('(?:[^']|'')*')|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\d_.-]))|([\p{L}\d_][\p{L}\d_.-]*)|(!=|<=|>=|=|<|>|\(|\)|,))/uy;

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (expression.slice(at).trim() !== '') {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(expression);
    const start = at + (expression.slice(at).length - expression.slice(at).trimStart().length);
    if (!match) throw new FilterError('not understood', expression, start);
    const [, quoted, text, number, name, sign] = match;
    if (quoted !== undefined)
      tokens.push({at: start, type: 'name', text: quoted.slice(1, -1).replaceAll('""', '"'), quoted: true});
    else if (text !== undefined) tokens.push({at: start, type: 'text', text: text.slice(1, -1).replaceAll("''", "'")});
    else if (number !== undefined) tokens.push({at: start, type: 'number', text: number});
    else if (name !== undefined) tokens.push({at: start, type: 'name', text: name, quoted: false});
    else tokens.push({at: start, type: 'sign', text: sign});
    at = PATTERN.lastIndex;
  }
  tokens.push({at: expression.length, type: 'end', text: ''});
  return tokens;
}
