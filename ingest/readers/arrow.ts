import type {Reader} from './reader.ts';

export const ARROW_MAGIC = 'ARROW1';

/**
 * Apache Arrow: the stream and the file (Feather 2), batch by batch.
 * @see https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
export const arrow: Reader = {
  format: 'arrow',
  name: 'Apache Arrow',
  extensions: ['.arrow', '.arrows', '.feather', '.ipc'],
  recognises: head => isArrowFile(head) || (head.length >= 8 && head.readInt32LE(0) === -1),
  // Loaded when it is needed: the library has many modules, and every command would wait for them.
  read: async (path, options) => (await import('./read-arrow.ts')).readArrow(path, options),
};

/** @param head the first bytes; otherwise it is a stream, if it is Arrow at all */
export const isArrowFile = (head: Buffer): boolean => head.toString('latin1', 0, ARROW_MAGIC.length) === ARROW_MAGIC;
