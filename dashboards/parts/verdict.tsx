import type {Finding} from '../../api/schemas.ts';
import {words} from '../format.ts';

const MARKS: Record<Finding['verdict'], string> = {
  supported: '●',
  ambiguous: '◐',
  explained: '↳',
  through: '→',
  'not-identifiable': '◌',
  'too-little-data': '◌',
  'no-evidence': '·',
};

/** A verdict as a shape and a word. */
export function Verdict({verdict}: {verdict: Finding['verdict']}) {
  return (
    <span className={`verdict ${verdict}`}>
      <span aria-hidden="true">{MARKS[verdict]}</span> {words(verdict)}
    </span>
  );
}
