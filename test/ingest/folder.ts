import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** A folder, and how to remove it. */
export function temporaryFolder(): {path: string; remove: () => void} {
  const path = mkdtempSync(join(tmpdir(), 'fishbone-ingest-'));
  return {path, remove: () => rmSync(path, {recursive: true, force: true})};
}

/** A folder that goes when the test is over. */
export function folder(): string {
  const {path, remove} = temporaryFolder();
  onTestFinished(remove);
  return path;
}

/** Writes a file into a folder of its own. @returns its path */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

/** The sentence that an operation is refused with, without the folder of its file. */
export async function refusal(operation: (path: string) => Promise<unknown>, path: string): Promise<string> {
  const error = await operation(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || error.name !== 'IngestError') throw error ?? new Error('nothing was refused');
  return error.message.replaceAll(`${path.slice(0, path.lastIndexOf('/'))}/`, '');
}
