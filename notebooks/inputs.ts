/** What Notebook Kit means by `Inputs`, as far as it is here: an SQL cell shows its rows by `Inputs.table`. */
export {sqlRows as table} from './elements.ts';
