/** What the command palette offers for what is typed: places, things to open, and serials to trace; the best fit first. */

export interface Command {
  group: 'Trace' | 'Go to' | 'Causes of' | 'Control chart of' | 'Gage study of' | 'Product' | 'Do';
  name: string;
  /** What it is, in lighter ink. */
  detail?: string;
  /** Where it leads; null where it acts. */
  href: string | null;
  act?: () => void;
}

/** How well a name fits what is typed: smaller is better, null is not at all. */
export function fitOf(name: string, typed: string): number | null {
  const [text, sought] = [name.toLowerCase(), typed.trim().toLowerCase()];
  if (sought === '') return 0;
  if (text === sought) return 0;
  if (text.startsWith(sought)) return 1;
  // At the beginning of a word: "tor" finds bore.torque.
  const words = text.split(/[\s._\-/]+/);
  if (words.some(word => word.startsWith(sought))) return 2;
  if (text.includes(sought)) return 3;
  return sought.split(/[\s._\-/]+/).every(piece => text.includes(piece)) ? 4 : null;
}

/**
 * The commands that fit, ordered by group as first met and by fit within.
 * @param most of one group; all groups together may be more
 */
export function fitting(commands: readonly Command[], typed: string, most = 6): Command[] {
  const found = new Map<Command['group'], {command: Command; fit: number}[]>();
  for (const command of commands) {
    const rank = fitOf(command.name, typed);
    if (rank === null) continue;
    const entries = found.get(command.group) ?? [];
    entries.push({command, fit: rank});
    found.set(command.group, entries);
  }
  const groups = [...found.values()].map(entries => entries.toSorted((a, b) => a.fit - b.fit).slice(0, most));
  // Nothing is typed: as they stand. Else the group with the best fit leads.
  if (typed.trim() !== '') groups.sort((a, b) => a[0].fit - b[0].fit);
  return groups.flat().map(({command}) => command);
}
