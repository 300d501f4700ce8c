import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';

/** What the ledger asks of a file system; a test puts a recorder or a failing disk in its place. */
export interface LedgerFiles {
  /** Opened for reading and writing, created when absent. */
  open(path: string): Promise<LedgerFile>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export interface LedgerFile {
  size(): Promise<number>;
  write(bytes: Buffer, position: number): Promise<void>;
  /** Returns when what was written is on the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export const diskFiles: LedgerFiles = {
  open: async path => diskFile(await open(path, constants.O_RDWR | constants.O_CREAT)),
  syncFolder: async path => {
    // Windows cannot fsync a folder: there, a new file's name is as durable as NTFS's journal makes it.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

function diskFile(handle: FileHandle): LedgerFile {
  return {
    size: async () => (await handle.stat()).size,
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        const {bytesWritten} = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: length => handle.truncate(length),
    close: () => handle.close(),
  };
}
