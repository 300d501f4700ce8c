/** Topic filters whose levels may be named: `plant/+line/+station/#`. */

export interface Filter {
  /** As the broker takes it. */
  filter: string;
  /** The columns that a topic says, or null where it does not match. */
  columnsOf(topic: string): Record<string, string> | null;
}

export function filterOf(topic: string): Filter {
  const levels = topic.split('/');
  const plain = levels.map(level => (level.startsWith('+') ? '+' : level));
  return {
    filter: plain.join('/'),
    columnsOf: told => {
      const said = told.split('/');
      // Topics of the broker about itself are matched by nobody who does not name them.
      if (told.startsWith('$') && !topic.startsWith('$')) return null;
      const columns: Record<string, string> = {};
      for (const [k, level] of levels.entries()) {
        if (level === '#') return columns;
        if (k >= said.length) return null;
        if (level.startsWith('+')) {
          if (level.length > 1) columns[level.slice(1)] = said[k];
        } else if (level !== said[k]) return null;
      }
      return said.length === levels.length ? columns : null;
    },
  };
}

/** The columns that a filter names. */
export function namesIn(topic: string): string[] {
  return topic.split('/').flatMap(level => (/^\+./.test(level) ? [level.slice(1)] : []));
}

/** What is wrong with a filter, or null. */
export function filterFault(topic: string): string | null {
  const levels = topic.split('/');
  if (topic.startsWith('$share/')) return 'a shared subscription would give messages to others as well';
  if (levels.some((level, k) => level.includes('#') && (level !== '#' || k < levels.length - 1)))
    return '# stands for all levels below, alone and at the end';
  if (levels.some(level => level.includes('+') && !/^\+\w*$/.test(level)))
    return 'a + stands alone in its level, or in front of the column that the level becomes: +station';
  const names = namesIn(topic);
  if (new Set(names).size < names.length) return 'two levels become the same column';
  return null;
}
