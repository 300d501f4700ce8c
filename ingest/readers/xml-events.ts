import {SaxesParser} from 'saxes';
import {IngestError} from '../error.ts';

const DEPTH_MAX = 64;
const TEXT_CHARACTERS_MAX = 16 << 20;

export interface XmlEvents {
  /** @param name without its prefix */
  open?: (name: string, attributes: Record<string, string>) => void;
  text?: (text: string) => void;
  close?: (name: string) => void;
}

/**
 * Reads XML piece by piece; nothing is kept. A DOCTYPE is refused, so there are no entities but the five of XML itself.
 * @param what names the document in errors
 * @throws IngestError if it is not well-formed UTF-8, nested deeper than 64 elements, or holds a text of over 16 million characters
 */
export async function readXml(what: string, pieces: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  const parser = new SaxesParser({xmlns: false});
  const decoder = new TextDecoder('utf-8', {fatal: true});
  let depth = 0;
  let since = 0;
  const fail = (why: string, cause?: unknown): never => {
    throw new IngestError(`${what} ${why}`, {cause});
  };
  parser.on('error', error => fail(`is no XML that can be read (${error.message}): save it again`, error));
  parser.on('doctype', () => fail('has a DOCTYPE, which may hold entities without end: not read'));
  parser.on('opentag', ({name, attributes}) => {
    since = parser.position;
    if (++depth > DEPTH_MAX) fail(`is nested deeper than ${DEPTH_MAX} elements: not read`);
    events.open?.(bare(name), attributes as Record<string, string>);
  });
  parser.on('closetag', ({name}) => {
    since = parser.position;
    depth--;
    events.close?.(bare(name));
  });
  if (events.text) {
    parser.on('text', events.text);
    parser.on('cdata', events.text);
  }
  for await (const piece of pieces) {
    parser.write(decoded(decoder, piece) ?? fail('is not UTF-8: save it again'));
    if (parser.position - since > TEXT_CHARACTERS_MAX)
      fail('holds a text of more than 16 million characters: not read');
  }
  parser.close();
}

const bare = (name: string): string => name.slice(name.indexOf(':') + 1);

function decoded(decoder: InstanceType<typeof TextDecoder>, piece: Buffer): string | undefined {
  try {
    return decoder.decode(piece, {stream: true});
  } catch {
    // The caller says so, and of what document.
    return undefined;
  }
}
