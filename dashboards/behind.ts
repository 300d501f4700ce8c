/** How an answer is asked for elsewhere: address, command line, and a few lines of Python, R and JavaScript. */
import type {StatementsQuestion} from '../api/schemas.ts';

/** What a figure shows, as the server names it. */
export type Asked = StatementsQuestion;

interface Parts {
  /** Below `/v1/`. */
  path: string;
  params: Record<string, string | number | boolean>;
  /** The word of the command line and what stands after it by itself; null where there is no such command. */
  command: string[] | null;
}

const PLACES: Record<Asked['of'], string> = {
  pareto: 'pareto',
  yield: 'yield',
  chart: 'charts',
  capability: 'capability',
  gage: 'gage',
  linearity: 'linearity',
  agreement: 'agreement',
  finding: 'findings',
};

/** @param asOf the position that the answer was given at: pinned, so that the same comes out */
function partsOf(asked: Asked, asOf: number): Parts {
  const {of, question} = asked;
  const {parameter, id, ...rest} = question as Record<string, string | number | boolean | undefined>;
  const name = parameter ?? id;
  const path = name === undefined ? PLACES[of] : `${PLACES[of]}/${encodeURIComponent(String(name))}`;
  const given = Object.entries({...rest, ...(of === 'finding' ? {} : {asOf})}).filter(
    ([, value]) => value !== undefined,
  );
  return {
    path,
    params: Object.fromEntries(given) as Parts['params'],
    command: of === 'finding' ? null : [of, ...(name === undefined ? [] : [String(name)])],
  };
}

/** "http://plant:4800/v1/pareto?by=defect&asOf=25" */
function addressOf({path, params}: Parts, origin: string): string {
  const query = new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)])).toString();
  return `${origin}/v1/${path}${query && `?${query}`}`;
}

const flag = (name: string) => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
const quoted = (text: string) => (/^[\w.,:@/-]+$/.test(text) ? text : `"${text.replace(/(["\\$`])/g, '\\$1')}"`);
/** The query that gives a finding's counts, as a shell takes it. */
export const sqlCommand = (sql: string, asOf: number): string => `npx fishbone sql --as-of ${asOf} ${quoted(sql)}`;

const pythonText = (value: unknown) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

/** Ways to the same answer, by what they are written in. */
export function waysTo(asked: Asked, asOf: number, origin: string): Record<string, string> {
  const parts = partsOf(asked, asOf);
  const address = addressOf(parts, origin);
  const {path, params, command} = parts;
  const ways: Record<string, string> = {};
  if (command !== null) {
    const flags = Object.entries(params).map(([name, value]) =>
      value === true ? flag(name) : `${flag(name)} ${quoted(String(value))}`,
    );
    ways['Command line'] = ['npx fishbone', ...command.map(quoted), ...flags].join(' ');
  }
  // Not a keyword in Python: "from" has to be given as text.
  const named = Object.entries(params).map(([name, value]) => `${JSON.stringify(name)}: ${pythonText(value)}`);
  ways.Python = [
    'import fishbone  # notebooks/python/fishbone.py',
    '',
    `fb = fishbone.connect(${JSON.stringify(origin)})`,
    `answer = fb.get(${JSON.stringify(decodeURIComponent(path))}${named.length > 0 ? `, **{${named.join(', ')}}` : ''})`,
  ].join('\n');
  ways.R = `library(jsonlite)\n\nanswer <- fromJSON(${JSON.stringify(address)})`;
  ways.JavaScript = `const answer = await fetch(${JSON.stringify(address)}).then(response => response.json());`;
  ways.Address = address;
  return ways;
}

/** Statements as one script: values stand in comments, since a shell of the engine takes them its own way. */
export function scriptOf(statements: readonly {sql: string; values: Record<string, unknown>}[]): string {
  return statements
    .map(({sql, values}) => {
      const given = Object.entries(values).map(([name, value]) => `-- $${name} = ${JSON.stringify(value)}`);
      return [...given, `${sql.trim()};`].join('\n');
    })
    .join('\n\n');
}
