import {IngestError} from '../error.ts';

const VALUE_CHARACTERS_MAX = 32 << 20;

/**
 * Cuts text that comes line by line into the JSON objects in it: one alone, those of an array, or one after the other.
 * Whether an object is valid JSON is for the taker to see.
 */
export class JsonValues {
  readonly #path: string;
  readonly #onObject: (text: string, line: number) => void;
  readonly #onOther: (text: string, line: number) => void;
  #parts: string[] = [];
  #characters = 0;
  #from = 0;
  #depth = 0;
  #inText = false;

  constructor(
    path: string,
    onObject: (text: string, line: number) => void,
    onOther: (text: string, line: number) => void,
  ) {
    this.#path = path;
    this.#onObject = onObject;
    this.#onOther = onOther;
  }

  /** A line that holds a whole object is one, even if the one before it was never closed. */
  line(text: string, line: number): void {
    const whole = text
      .replace(/^\ufeff/, '')
      .trim()
      .replace(/,$/, '');
    const mayBegin = this.#depth === 0 ? whole.startsWith('{') : /^\{\s*"MessageName"/.test(whole);
    if (mayBegin && whole.endsWith('}') && isObject(whole)) {
      this.end();
      this.#onObject(whole, line);
      return;
    }
    let start = 0;
    let other = '';
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (this.#inText) {
        if (char === '\\') i++;
        else if (char === '"') this.#inText = false;
      } else if (this.#depth === 0) {
        if (char === '{') {
          this.#depth = 1;
          this.#from = line;
          start = i;
        } else if (!/[\s,[\]\ufeff]/.test(char)) other += char;
      } else if (char === '"') this.#inText = true;
      else if (char === '{') this.#depth++;
      else if (char === '}' && --this.#depth === 0) {
        this.#keep(text.slice(start, i + 1));
        this.#onObject(this.#parts.join(''), this.#from);
        this.#clear();
      }
    }
    if (this.#depth > 0) this.#keep(`${text.slice(start)}\n`);
    if (other !== '') this.#onOther(other, line);
  }

  /** What was begun and not closed is no object. */
  end(): void {
    if (this.#depth > 0) this.#onOther(this.#parts.join('').slice(0, 500), this.#from);
    this.#clear();
  }

  #keep(text: string): void {
    this.#characters += text.length;
    if (this.#characters > VALUE_CHARACTERS_MAX)
      throw new IngestError(
        `${this.#path}: the object that begins in line ${this.#from} has more than 32 million characters`,
      );
    this.#parts.push(text);
  }

  #clear(): void {
    this.#parts = [];
    this.#characters = 0;
    this.#depth = 0;
    this.#inText = false;
  }
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    // Several objects on a line, or a damaged one: taken apart sign by sign.
    return false;
  }
}
