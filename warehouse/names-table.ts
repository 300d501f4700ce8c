/** The table of names, `person` and `name`, in a database of its own in memory. */
export const NAMES = 'look_up.persons';
