import {mkdir} from 'node:fs/promises';
import {QuestionError} from './question-error.ts';

/** What a full disk says is told as such further up. */
const OF_THE_PATH = ['ENOTDIR', 'EACCES', 'EPERM', 'EEXIST', 'ENAMETOOLONG', 'ENOENT'];

/** Makes a folder that a person named, unless it is there. @throws QuestionError where there can be none */
export async function folderFor(path: string): Promise<void> {
  await mkdir(path, {recursive: true}).catch((cause: NodeJS.ErrnoException) => {
    if (!OF_THE_PATH.includes(cause.code ?? '')) throw cause;
    throw new QuestionError(`${path} cannot be made: ${cause.message}`, {
      hint: 'name a folder in a place that may be written to',
      cause,
    });
  });
}
