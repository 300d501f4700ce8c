import type {ContainAnswer, Place} from '../../../warehouse/answers.ts';
import {completenessText, someOf, widenedText} from './analysis.ts';
import {boundaryText} from './boundary.ts';
import {bold, type Clock, count, counted, paragraphs, percent, table} from './layout.ts';

const LOTS_SHOWN = 40;
const PLACES_SHOWN = 4;

export function containText(answer: ContainAnswer, clock: Clock): string {
  const {basis, lots, parts, whereabouts, completeness, widenedBy, asOf} = answer;
  if (parts === 0 && lots.length === 0) {
    return paragraphs(bold('No part is suspect: nothing that is recorded matches.'), `${basis} (position ${asOf})`);
  }
  const hidden = lots.length - Math.min(lots.length, LOTS_SHOWN);
  const within = lots.length > 0 ? `in ${counted(lots.length, 'lot')}` : 'in no lot';
  return paragraphs(
    bold(`${counted(parts, 'suspect part')} ${within}; ${whereabouts}.`),
    `${basis} (position ${asOf})`,
    lots.length > 0 ? partsByPlace(answer) : '',
    table(
      ['lot', 'material', 'suspect', 'where', 'last seen'],
      lots.slice(0, LOTS_SHOWN).flatMap(lot => rowsOf(lot, clock)),
    ) + (hidden > 0 ? `  and ${count(hidden)} more\n` : ''),
    blastText(answer),
    boundaryText(answer.boundary, clock),
    (answer.notes ?? []).map(note => `  note: ${note}\n`).join(''),
    widenedText(widenedBy),
    completenessText(completeness),
    toStopThem(answer),
  );
}

/** What a hold would stop, and how much of it is truly bad. */
function blastText({blast}: ContainAnswer): string {
  if (!blast) return '';
  const {stops, evidence} = blast;
  const {share, unit, covered, allFailed} = evidence;
  const orders = stops.workOrders.slice(0, ORDERS_SHOWN).map(({workOrder, parts}) => `${workOrder} (${count(parts)})`);
  const more = stops.workOrders.length - orders.length;
  const cost = stops.cost
    ? `, worth ${count(Math.round(stops.cost.value))}${stops.cost.unknown > 0 ? ` (without ${counted(stops.cost.unknown, 'part')} of unknown cost)` : ''}`
    : '';
  return [
    `A hold would stop ${counted(stops.parts, 'part')} in house${cost}.`,
    orders.length > 0
      ? `Work orders concerned: ${orders.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}.`
      : '',
    share === null
      ? 'None of the suspect parts was inspected: nothing says how many are bad.'
      : `Of ${counted(evidence.inspected, 'inspected suspect part')}, ${count(evidence.failed)} failed: ${percent(share.value)}${
          share.low === null ? '' : ` (95 %: ${percent(share.low)} to ${percent(share.high!)}, by ${unit}s)`
        }.`,
    covered === null ? '' : `They are ${percent(covered)} of all ${counted(allFailed, 'failed part')}.`,
  ]
    .filter(line => line !== '')
    .join('\n');
}

const ORDERS_SHOWN = 6;

function partsByPlace({places}: ContainAnswer): string {
  if (places.length === 0) return '';
  return `Suspect parts by where they are: ${places.map(({where, parts}) => `${count(parts)} ${where}`).join(', ')}.`;
}

/** One row for each place that parts of the lot are in. */
function rowsOf(lot: ContainAnswer['lots'][number], clock: Clock): (string | null)[][] {
  const rest = lot.places.slice(PLACES_SHOWN);
  const beyond = rest.reduce((sum, {parts}) => sum + parts, 0);
  return [
    ...lot.places
      .slice(0, PLACES_SHOWN)
      .map((place, k) => [
        ...(k === 0 ? [lot.lot, lot.material, shareOf(lot)] : ['', '', '']),
        placeText(place, lot.places.length > 1),
        seenText(place, clock),
      ]),
    ...(rest.length > 0 ? [['', '', '', `${count(beyond)} at ${counted(rest.length, 'other place')}`, null]] : []),
  ];
}

function placeText({where, location, parts}: Place, isOneOfSeveral: boolean): string {
  return `${isOneOfSeveral ? `${count(parts)} ` : ''}${where}${location === null ? '' : `, ${location}`}`;
}

/** What of a lot is suspect: of one without parts of its own, why it is. */
function shareOf({role, parts, of}: ContainAnswer['lots'][number]): string {
  if (of > 0) return `${count(parts)} of ${counted(of, 'part')}`;
  return role === 'asked' ? 'as a whole: the lot asked for' : 'as a whole: suspects went into it';
}

const seenText = ({seenBy, seenAt}: Place, clock: Clock) =>
  seenBy === null ? null : `${seenAt === null ? 'at an unknown time' : clock(seenAt)} (${seenBy})`;

/** A hold stops lots: parts in no lot have to be stopped by hand. */
function toStopThem({id, lots, looseParts}: ContainAnswer): string {
  const propose =
    lots.length > 0 ? `To stop them: fishbone hold propose ${id} --reason CODE --text TEXT --by NAME\n` : '';
  if (looseParts.length === 0) return propose;
  const are = looseParts.length === 1 ? 'belongs' : 'belong';
  return `${propose}${counted(looseParts.length, 'suspect part')} ${are} to no lot, and a hold stops lots: stop ${
    looseParts.length === 1 ? 'it' : 'them'
  } by hand (--json has all in looseParts): ${someOf(looseParts)}
If they have lots, ingest the parts again with the column lot, and ask again.\n`;
}
