import {posix} from 'node:path';
import {IngestError} from '../error.ts';
import type {XlsxArchive} from './xlsx-archive.ts';
import {type NumberKind, numberKind} from './xlsx-numbers.ts';
import {readXml} from './xml-events.ts';

const SHARED_CHARACTERS_MAX = 100_000_000;
const SHARED_STRINGS_MAX = 5_000_000;

export interface Workbook {
  sheets: {name: string; part: string; hidden: boolean}[];
  from1904: boolean;
  /** What numbers stand for, by the cell's style. */
  kinds: NumberKind[];
  /** Texts that cells refer to by number. */
  shared: string[];
}

/** @throws IngestError if the archive is no workbook */
export async function readWorkbook(path: string, archive: XlsxArchive): Promise<Workbook> {
  const root = await relations(path, archive, '');
  const main = [...root.values()].find(({type}) => type.endsWith('/officeDocument'))?.target;
  if (main === undefined || !/sheet|workbook/i.test(main)) throw new IngestError(`${path}: is ${otherKind(archive)}`);
  if (main.endsWith('.bin'))
    throw new IngestError(`${path}: is a binary Excel workbook (.xlsb): save it as .xlsx, or the sheet as CSV UTF-8`);
  const related = await relations(path, archive, main);
  const partOf = (kind: string) => [...related.values()].find(({type}) => type.endsWith(`/${kind}`))?.target;
  const styles = partOf('styles');
  const strings = partOf('sharedStrings');
  return {
    ...(await readMain(path, archive, main, related)),
    kinds: styles === undefined ? [] : await readStyles(path, archive, styles),
    shared: strings === undefined ? [] : await readShared(path, archive, strings),
  };
}

type Relations = Map<string, {type: string; target: string}>;

async function relations(path: string, archive: XlsxArchive, part: string): Promise<Relations> {
  const {dir, base} = posix.parse(part);
  const name = posix.join(dir, '_rels', `${base}.rels`);
  const found: Relations = new Map();
  if (!archive.names.has(name.toLowerCase())) return found;
  await readXml(`${path}: its part "${name}"`, archive.read(name), {
    open: (element, {Id = '', Type = '', Target = ''}) => {
      if (element === 'Relationship') found.set(Id, {type: Type, target: posix.join('/', dir, Target).slice(1)});
      if (element === 'Relationship' && Target.startsWith('/')) found.set(Id, {type: Type, target: Target.slice(1)});
    },
  });
  return found;
}

async function readMain(
  path: string,
  archive: XlsxArchive,
  main: string,
  related: Relations,
): Promise<Pick<Workbook, 'sheets' | 'from1904'>> {
  const sheets: Workbook['sheets'] = [];
  let from1904 = false;
  await readXml(`${path}: its part "${main}"`, archive.read(main), {
    open: (element, attributes) => {
      if (element === 'workbookPr') from1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (element !== 'sheet') return;
      const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
      const relation = related.get(id);
      // Charts and macros stand on sheets of their own, without cells.
      if (!relation?.type.endsWith('/worksheet')) return;
      const {name = '', state = 'visible'} = attributes;
      sheets.push({name, part: relation.target, hidden: state !== 'visible'});
    },
  });
  return {sheets, from1904};
}

async function readStyles(path: string, archive: XlsxArchive, part: string): Promise<NumberKind[]> {
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  let inCells = false;
  await readXml(`${path}: its part "${part}"`, archive.read(part), {
    open: (element, {numFmtId, formatCode = ''}) => {
      if (element === 'numFmt') codes.set(Number(numFmtId), formatCode);
      if (element === 'cellXfs') inCells = true;
      if (element === 'xf' && inCells) kinds.push(numberKind(Number(numFmtId ?? 0), codes.get(Number(numFmtId))));
    },
    close: element => {
      if (element === 'cellXfs') inCells = false;
    },
  });
  return kinds;
}

async function readShared(path: string, archive: XlsxArchive, part: string): Promise<string[]> {
  const shared: string[] = [];
  let characters = 0;
  const text = new RichText();
  await readXml(`${path}: its part "${part}"`, archive.read(part), {
    open: element => text.open(element),
    text: piece => text.add(piece),
    close: element => {
      text.close(element);
      if (element !== 'si') return;
      const whole = text.take();
      shared.push(whole);
      characters += whole.length;
      if (characters > SHARED_CHARACTERS_MAX || shared.length > SHARED_STRINGS_MAX)
        throw new IngestError(`${path}: its table of texts is too large to be held: save the sheet as CSV UTF-8`);
    },
  });
  return shared;
}

/** The text of a cell: its runs set together, without the phonetic ones. */
export class RichText {
  #text = '';
  #inText = false;
  #inPhonetic = false;

  open(element: string): void {
    if (element === 't') this.#inText = true;
    if (element === 'rPh') this.#inPhonetic = true;
  }

  add(piece: string): void {
    if (this.#inText && !this.#inPhonetic) this.#text += piece;
  }

  close(element: string): void {
    if (element === 't') this.#inText = false;
    if (element === 'rPh') this.#inPhonetic = false;
  }

  take(): string {
    const text = unescaped(this.#text);
    this.#text = '';
    return text;
  }
}

/** Signs that XML cannot hold are written `_x000D_`. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function otherKind({names}: XlsxArchive): string {
  const holds = (start: string) => [...names].some(name => name.startsWith(start));
  if (names.has('content.xml') && names.has('mimetype'))
    return 'an OpenDocument file: save the sheet as .xlsx, or as CSV UTF-8';
  if (holds('word/')) return 'a Word document: export its table as CSV UTF-8';
  if (holds('ppt/')) return 'a PowerPoint presentation: export its table as CSV UTF-8';
  return 'a ZIP archive without a workbook: unpack it';
}
