/** How the demo plant's cameras name their images, and what `infer` expects unless told. */
export const DEFAULT_FILE_NAMES = '{part}_{step}_{at}_{station}';

/** What is known of an image: from its name, or from what lies beside it. */
export interface ImageName {
  part: string;
  step: string | null;
  station: string | null;
  /** ISO 8601 in UTC. */
  inspected_at: string | null;
}

const FIELDS = ['part', 'step', 'at', 'station', '*'] as const;
type Field = (typeof FIELDS)[number];

/**
 * Compiles a pattern of fields in braces and the text between them, such as `{part}_{step}_{at}_{station}`; `{*}` is
 * skipped. It speaks of the name without folder and extension. Matching goes from the right and each field ends at the
 * nearest separator, so that only the first field may contain one. (No regular expressions: theirs can run for hours.)
 * @returns a function from a file's name to what it says, or to the reason why it does not fit
 * @throws SyntaxError if the pattern itself makes no sense
 */
export function fileNamePattern(pattern: string): (name: string) => ImageName | {reason: string} {
  const {fields, texts} = parsePattern(pattern);
  return name => {
    const stem = name.replace(/\.[^.]*$/, '');
    const found = match(stem, fields, texts);
    if (!found?.part) return {reason: `the file name '${name}' does not fit ${pattern}`};
    const at = found.at === undefined ? null : utcTime(found.at);
    if (at === undefined) return {reason: `the file name '${name}' has no time with an offset: '${found.at}'`};
    return {part: found.part, step: found.step ?? null, station: found.station ?? null, inspected_at: at};
  };
}

/** `texts[k]` stands before `fields[k]`; the last of them ends the name. */
function parsePattern(pattern: string): {fields: Field[]; texts: string[]} {
  const pieces = pattern.split(/\{([^{}]*)\}/);
  const fields = pieces.filter((_, k) => k % 2 === 1) as Field[];
  const texts = pieces.filter((_, k) => k % 2 === 0);
  const unknown = fields.find(field => !FIELDS.includes(field));
  if (unknown !== undefined) throw new SyntaxError(`unknown field {${unknown}}: use {${FIELDS.join('}, {')}}`);
  if (!fields.includes('part')) throw new SyntaxError(`file names without {part}: '${pattern}'`);
  const twice = fields.find((field, k) => field !== '*' && fields.indexOf(field) !== k);
  if (twice) throw new SyntaxError(`{${twice}} stands twice in '${pattern}'`);
  if (texts.slice(1, -1).includes('')) throw new SyntaxError(`nothing separates two fields in '${pattern}'`);
  return {fields, texts};
}

function match(
  stem: string,
  fields: readonly Field[],
  texts: readonly string[],
): Partial<Record<Field, string>> | null {
  const last = texts[fields.length];
  if (!stem.endsWith(last)) return null;
  const found: Partial<Record<Field, string>> = {};
  let rest = stem.slice(0, stem.length - last.length);
  for (let k = fields.length - 1; k >= 0; k--) {
    const start = k === 0 ? (rest.startsWith(texts[0]) ? 0 : -1) : rest.lastIndexOf(texts[k]);
    if (start < 0) return null;
    found[fields[k]] = rest.slice(start + texts[k].length);
    rest = rest.slice(0, start);
  }
  return found;
}

/** `20250301T061500Z` or any extended ISO 8601 time, with an offset. @returns undefined if it is no such time */
export function utcTime(text: string): string | undefined {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/.exec(text);
  const extended = basic
    ? `${basic[1]}-${basic[2]}-${basic[3]}T${basic[4]}:${basic[5]}:${basic[6]}${basic[7].replace(/^(...)(..)$/, '$1:$2')}`
    : text;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(extended)) return undefined;
  const time = new Date(extended);
  if (Number.isNaN(time.getTime())) return undefined;
  // A calendar that rolls over would turn the 31st of February into the 3rd of March.
  const [wanted, kept] = [
    extended.slice(0, 10),
    new Date(`${extended.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10),
  ];
  return wanted === kept ? time.toISOString() : undefined;
}
