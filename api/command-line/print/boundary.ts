import type {Boundary} from '../../../warehouse/boundary-answers.ts';
import {bold, type Clock, count, counted, paragraphs, percent, table} from './layout.ts';

const WINDOWS_SHOWN = 5;

/** Where the line may be drawn, and what speaks for the window being closed. */
export function boundaryText(boundary: Boundary | null | undefined, clock: Clock): string {
  if (!boundary) return '';
  const {order, affected, affectedAre, unplaced, candidates, smallest, smallestInLots, windows, moreWindows} = boundary;
  const partsOf = (name: string | null) => counted(candidates.find(c => c.name === name)?.parts ?? 0, 'part');
  const rest = windows.length - Math.min(windows.length, WINDOWS_SHOWN) + moreWindows;
  return paragraphs(
    bold(
      smallest === null
        ? 'No boundary holds every affected part.'
        : `The smallest boundary that holds every affected part: ${smallest}, ${partsOf(smallest)}${
            smallestInLots === null ? '' : `; in whole lots: ${smallestInLots}, ${partsOf(smallestInLots)}`
          }.`,
    ),
    `Affected: ${count(affected)} ${affectedAre}; ${order}.`,
    table(
      ['boundary', 'parts', 'lots', 'affected', 'truly bad', '95 %', 'of all bad'],
      candidates.map(({name, parts, lots, affected: held, coversAll, share, covered}) => [
        name,
        parts,
        lots,
        coversAll ? 'all' : `${count(held)} of ${count(affected)}`,
        share === null ? 'unknown' : percent(share.value),
        share === null || share.low === null ? null : `${percent(share.low)} to ${percent(share.high!)}`,
        percent(covered),
      ]),
    ),
    windows
      .slice(0, WINDOWS_SHOWN)
      .map(({sentence, first, last}) => `  ${sentence} (${[first.at, last.at].map(at => clock(at!)).join(' to ')})\n`)
      .join('') + (rest > 0 ? `  and ${counted(rest, 'more window')}\n` : ''),
    unplaced > 0 ? `${counted(unplaced, 'affected part')} without a time: no window can hold them.` : '',
    'To contain another one of these: --boundary NAME',
  );
}
