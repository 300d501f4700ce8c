import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const NAME = 'fishbone-tests-';

/** What tests leave behind, those that are killed on purpose too, goes with the run. */
export default function setup(): (() => void) | undefined {
  // Each project of the run calls it.
  if (tmpdir().includes(NAME)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), NAME));
  // Open to all, as the system's own is: some tests become somebody else.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, {recursive: true, force: true});
}
