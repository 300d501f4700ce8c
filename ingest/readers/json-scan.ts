import {IngestError} from '../error.ts';

const DEPTH_MAX = 64;
const CHARACTERS_MAX = 32 << 20;

/**
 * Goes through a JSON document and cuts out the elements of one of its arrays; what stands around them is kept as text,
 * the array as `[]`. Whether the pieces are valid JSON is for the taker to see.
 */
export class JsonScan {
  /** All but the elements. */
  rest = '';
  /** Whether the array was there. */
  found = false;
  /** Members of the outermost object that are arrays of objects. */
  readonly arrays = new Set<string>();
  line = 1;
  readonly #path: string;
  readonly #keys: readonly string[] | undefined;
  readonly #onElement: (text: string, line: number) => void;
  /** The signs that are open, and the key before each. */
  readonly #open: {sign: string; key: string}[] = [];
  #token = '';
  #key = '';
  #inText = false;
  #escaped = false;
  #element: string[] | undefined;
  #elementCharacters = 0;
  #elementLine = 0;
  /** How deep the array's elements are; 0 while it is not open. */
  #arrayDepth = 0;

  /** @param keys of the array from the outside in: none of a document that is an array; undefined = there is none to cut */
  constructor(path: string, keys: readonly string[] | undefined, onElement: (text: string, line: number) => void) {
    this.#path = path;
    this.#keys = keys;
    this.#onElement = onElement;
  }

  feed(text: string): void {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (char === '\n') this.line++;
      if (this.#inText) {
        if (this.#element === undefined) this.#token += char;
        if (this.#escaped) this.#escaped = false;
        else if (char === '\\') this.#escaped = true;
        else if (char === '"') this.#inText = false;
        continue;
      }
      const atElements = this.#arrayDepth > 0 && this.#open.length === this.#arrayDepth;
      if (atElements && (char === ',' || char === ']')) {
        this.#keep(text.slice(start, i));
        this.#endElement(char);
        start = i + 1;
        if (char === ']') this.#close();
        continue;
      }
      if (char === '"') {
        this.#inText = true;
        this.#token = char;
      } else if (char === ':') this.#key = this.#token;
      else if (char === '{' || char === '[') {
        if (this.#opened(char)) {
          this.#add(text.slice(start, i + 1));
          start = i + 1;
          this.#element = [];
          this.#elementCharacters = 0;
          this.#elementLine = this.line;
        }
      } else if (char === '}' || char === ']') this.#close();
    }
    if (this.#element) this.#keep(text.slice(start));
    else this.#add(text.slice(start));
  }

  /** @throws IngestError if the document is not at its end */
  end(): void {
    if (this.#open.length > 0 || this.#inText)
      throw new IngestError(
        `${this.#path}: is JSON that was cut off: line ${this.line} ends inside of ${this.#open.length} brackets; export it again`,
      );
  }

  /** @returns whether the array that is meant begins here */
  #opened(sign: string): boolean {
    const above = this.#open.at(-1);
    if (sign === '{' && above?.sign === '[' && this.#open.length === 2 && this.#open[0].sign === '{')
      this.arrays.add(keyOf(above.key));
    this.#open.push({sign, key: above?.sign === '{' ? this.#key : ''});
    if (this.#open.length > DEPTH_MAX)
      throw new IngestError(`${this.#path}: line ${this.line} is nested deeper than ${DEPTH_MAX} levels: not read`);
    const keys = this.#keys;
    if (!keys || sign !== '[' || this.found || this.#open.length !== keys.length + 1) return false;
    const isMeant = this.#open.every(
      (one, i) => i === 0 || (keyOf(one.key) === keys[i - 1] && this.#open[i - 1].sign === '{'),
    );
    if (!isMeant) return false;
    this.found = true;
    this.#arrayDepth = this.#open.length;
    return true;
  }

  #close(): void {
    if (this.#open.length === 0) throw new IngestError(`${this.#path}: line ${this.line} closes what was never opened`);
    this.#open.pop();
  }

  #endElement(sign: string): void {
    const text = this.#element!.join('');
    if (text.trim() !== '' || sign === ',') this.#onElement(text.trim(), this.#elementLine + leadingLines(text));
    this.#element = sign === ',' ? [] : undefined;
    this.#elementCharacters = 0;
    this.#elementLine = this.line;
    if (sign !== ']') return;
    this.#arrayDepth = 0;
    this.#add(sign);
  }

  #keep(text: string): void {
    this.#elementCharacters += text.length;
    if (this.#elementCharacters > CHARACTERS_MAX)
      throw new IngestError(
        `${this.#path}: the record of line ${this.#elementLine} has more than 32 million characters`,
      );
    this.#element!.push(text);
  }

  #add(text: string): void {
    if (this.#keys === undefined) return;
    this.rest += text;
    if (this.rest.length > CHARACTERS_MAX)
      throw new IngestError(`${this.#path}: has more than 32 million characters beside its records: not read`);
  }
}

const leadingLines = (text: string): number => (/^\s*/.exec(text)![0].match(/\n/g) ?? []).length;

function keyOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    // A damaged key is nobody's: the document is refused when it is parsed.
    return token;
  }
}
