import {SaxesParser} from 'saxes';

/** What becomes of the file is told by whoever reads it. */
export interface XmlEvents {
  /** @param namespace empty for none */
  open(name: string, namespace: string, attributes: Readonly<Record<string, string>>, line: number): void;
  /** CDATA as well. */
  text(text: string): void;
  close(): void;
}

/** Not to be read further; what came before was well-formed. */
export class XmlFault extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.name = 'XmlFault';
    this.line = line;
  }
}

const DEPTH_MAX = 64;
/** Of one tag, text, comment or CDATA section. */
const CHARACTERS_MAX = 1 << 20;
const PIECE_CHARACTERS = 1 << 16;
const ATTRIBUTES_MAX = 1000;

/** What else than UTF-8 XML is written in, by the names that XML declarations use for it. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'iso-8859-1': 'windows-1252',
  'iso-8859-15': 'iso-8859-15',
  'iso-8859-2': 'iso-8859-2',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'windows-1252': 'windows-1252',
};

/**
 * Reads XML as it streams by: memory does not grow with the file, nothing outside of it is ever fetched, and no entities
 * are known but the five of XML and characters by number.
 * @throws XmlFault where it is not well-formed or not in its encoding, has a DOCTYPE, is nested too deep, or a piece is too long
 */
export async function readXml(chunks: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  const scan = new XmlScan(events);
  let decoder: TextDecoder | undefined;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk), {fatal: true});
    scan.write(decode(decoder, scan, chunk));
  }
  if (decoder) scan.write(decode(decoder, scan));
  scan.end();
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xef && start[1] === 0xbb) return 'utf-8';
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(start.toString('latin1', 0, 512));
  const name = declared?.[1].toLowerCase() ?? 'utf-8';
  if (!Object.hasOwn(ENCODINGS, name))
    throw new XmlFault(
      1,
      `its declaration says the encoding "${declared![1].slice(0, 40)}", which is not read: save it as UTF-8`,
    );
  return ENCODINGS[name];
}

/** What is right before a wrong byte is read. */
function decode(decoder: TextDecoder, scan: XmlScan, chunk?: Buffer): string {
  try {
    return chunk ? decoder.decode(chunk, {stream: true}) : decoder.decode();
  } catch {
    // A TypeError: the bytes are not in the encoding.
    const good = new TextDecoder(decoder.encoding).decode(chunk ?? Buffer.alloc(0)).split('\ufffd', 1)[0];
    scan.write(good);
    scan.fail(`bytes that are not ${decoder.encoding.toUpperCase()}, the encoding that it claims`);
  }
}

class XmlScan {
  readonly #parser = new SaxesParser({xmlns: true});
  readonly #events: XmlEvents;
  #depth = 0;
  /** Characters since something was whole. */
  #pending = 0;
  #attributes = 0;
  /** An end that was not told yet: the parser finds out only then that it is the end of another element. */
  #isClosing = false;

  constructor(events: XmlEvents) {
    this.#events = events;
    const parser = this.#parser;
    const whole = () => {
      this.#pending = 0;
      this.#tellClosed();
    };
    parser.on('error', ({message}) => {
      const reason = message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
      if (reason === 'unexpected close tag') this.#isClosing = false;
      this.fail(`not well-formed: ${reason}`);
    });
    parser.on('doctype', () => this.fail('a DOCTYPE, which is not taken: it may define entities'));
    parser.on('comment', whole);
    parser.on('processinginstruction', whole);
    parser.on('attribute', () => {
      if (++this.#attributes > ATTRIBUTES_MAX) this.fail(`an element with more than ${ATTRIBUTES_MAX} attributes`);
    });
    parser.on('opentag', tag => {
      whole();
      this.#attributes = 0;
      if (++this.#depth > DEPTH_MAX) this.fail(`nested deeper than ${DEPTH_MAX} elements`);
      const attributes = Object.fromEntries(Object.values(tag.attributes).map(({local, value}) => [local, value]));
      events.open(tag.local, tag.uri, attributes, parser.line);
    });
    parser.on('closetag', () => {
      whole();
      this.#isClosing = true;
    });
    const text = (content: string) => {
      whole();
      if (this.#depth > 0) events.text(content);
    };
    parser.on('text', text);
    parser.on('cdata', text);
  }

  write(text: string): void {
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      const piece = text.slice(at, at + PIECE_CHARACTERS);
      this.#pending += piece.length;
      this.#parser.write(piece);
      if (this.#pending > CHARACTERS_MAX) this.fail('a tag, text or comment of more than a million characters');
    }
  }

  end(): void {
    this.#parser.close();
    this.#tellClosed();
  }

  fail(reason: string): never {
    this.#tellClosed();
    throw new XmlFault(this.#parser.line, reason);
  }

  #tellClosed(): void {
    if (!this.#isClosing) return;
    this.#isClosing = false;
    this.#depth--;
    this.#events.close();
  }
}
