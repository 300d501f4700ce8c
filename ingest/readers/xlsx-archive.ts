import type {Entry, ZipFile} from 'yauzl';
import {openPromise} from 'yauzl';
import {IngestError} from '../error.ts';

const ENTRIES_MAX = 10_000;
const INFLATED_BYTES_MAX = 8 * 2 ** 30;
/** Sheets of a real workbook pack 5 to 60 times; DEFLATE can do 1,032. */
const RATIO_MAX = 250;
const RATIO_FROM_BYTES = 64 << 20;

/**
 * The parts of an XLSX file, each read as a stream. Everything that an archive says of itself is checked before a part is
 * inflated, and no part inflates to more than it says.
 */
export class XlsxArchive {
  readonly names: ReadonlySet<string>;
  readonly #path: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.names = new Set(entries.keys());
  }

  /** @throws IngestError if the archive is damaged, or made to harm */
  static async open(path: string): Promise<XlsxArchive> {
    let zip: ZipFile | undefined;
    try {
      zip = await openPromise(path, {autoClose: false, lazyEntries: true, strictFileNames: true});
      if (zip.entryCount > ENTRIES_MAX)
        throw new IngestError(`${path}: is an archive of ${zip.entryCount} parts; a workbook has up to ${ENTRIES_MAX}`);
      const entries = new Map<string, Entry>();
      let bytes = 0;
      for await (const entry of zip.eachEntry()) {
        checkEntry(path, entry);
        bytes += entry.uncompressedSize;
        if (bytes > INFLATED_BYTES_MAX)
          throw new IngestError(`${path}: its parts would unpack to more than 8 GiB: save the sheet as CSV UTF-8`);
        const name = partName(entry.fileName);
        if (entries.has(name))
          throw new IngestError(`${path}: holds the part "${name}" twice: save it again with Excel`);
        entries.set(name, entry);
      }
      return new XlsxArchive(path, zip, entries);
    } catch (cause) {
      zip?.close();
      throw cause instanceof IngestError ? cause : new IngestError(`${path}: ${whyUnread(cause as Error)}`, {cause});
    }
  }

  close(): void {
    this.#zip.close();
  }

  /** The bytes of a part, piece by piece. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(partName(name));
    if (!entry)
      throw new IngestError(`${this.#path}: is a workbook without its part "${name}": save it again with Excel`);
    let bytes = 0;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        bytes += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    } catch (cause) {
      if (cause instanceof IngestError) throw cause;
      const why = `is damaged after ${bytes} bytes (${(cause as Error).message})`;
      throw new IngestError(`${this.#path}: its part "${name}" ${why}: copy or save it again`, {cause});
    }
  }
}

/** Excel takes names that differ only in case for the same. */
const partName = (name: string): string => name.replace(/^\//, '').toLowerCase();

function checkEntry(path: string, {fileName, compressedSize, uncompressedSize, generalPurposeBitFlag}: Entry): void {
  if (generalPurposeBitFlag & 1)
    throw new IngestError(`${path}: its part "${fileName}" is encrypted: save the workbook without a password`);
  if (uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > RATIO_MAX * compressedSize)
    throw new IngestError(
      `${path}: its part "${fileName}" would unpack from ${compressedSize} to ${uncompressedSize} bytes, as no workbook ` +
        'does: not unpacked',
    );
}

function whyUnread({message}: Error): string {
  if (/End of central directory/i.test(message))
    return 'is a workbook or archive that was cut off (its end is missing): copy or save it again';
  if (/invalid (relative path|characters in fileName)|absolute path/i.test(message))
    return `is an archive with a part that points outside of it (${message}): not unpacked`;
  return `is a damaged archive (${message}): copy or save it again`;
}
