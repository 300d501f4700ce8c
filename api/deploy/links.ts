/** Links of documentation to what the archive does not hold. */
import {posix} from 'node:path';

const LINK = /(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g;

/**
 * Without the links that would lead nowhere, of which the words remain.
 * @param folder where the text lies, from the root of the archive
 * @param isShipped whether the archive has a path
 */
export function withoutDeadLinks(text: string, folder: string, isShipped: (path: string) => boolean): string {
  return text.replaceAll(LINK, (link, words: string, target: string) => {
    const isElsewhere = /^([a-z]+:|#|\/)/i.test(target);
    return isElsewhere || isShipped(posix.join(folder, target.split('#')[0])) ? link : words;
  });
}
