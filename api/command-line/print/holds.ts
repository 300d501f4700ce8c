import type {Hold} from '../../../warehouse/hold-answers.ts';
import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, counted, paragraphs, table} from './layout.ts';

export function holdText(hold: Hold, clock: Clock): string {
  return paragraphs(
    bold(`${hold.id}: ${hold.decision}`),
    `${hold.reason}: ${hold.text || '(no text)'}; ${counted(hold.parts, 'suspect part')}.`,
    hold.events.map(({at, by, what, why}) => `  ${clock(at)}  ${what} by ${by}${why ? `: ${why}` : ''}\n`).join(''),
    reviewText(hold),
    coverageText(hold),
    table(
      ['lot', 'action', 'delivery', 'receiver', 'seen at MES'],
      hold.lots.map(l => [
        l.lot,
        l.action,
        l.delivery,
        l.receiver,
        l.seenAtMes === null ? 'not asked' : yesNo(l.seenAtMes),
      ]),
    ),
    openText(hold),
    ...hold.lots
      .filter(({askPerson, delivery}) => askPerson || delivery === 'rejected')
      .slice(0, 5)
      .map(settleText(hold)),
    byHand(hold),
    hold.decision === 'proposed'
      ? `It is of ${counted(hold.covers, 'lot')}${hold.children ? ' and what they go into later' : ', not of what they go into later'}. Somebody else decides: fishbone hold approve ${hold.id} --by NAME`
      : '',
  );
}

/** Where nobody is told, what was decided is for people to do, and lots that another hold keeps are not to go. */
function byHand({lots, decision, coverage, events}: Hold): string {
  if (lots.length > 0 || decision === 'proposed' || decision === 'refused') return '';
  const of = (state: string) => coverage.filter(cover => cover.state === state).length;
  const kept = events.filter(({what}) => what === 'kept').length;
  const steps = [
    [of('held'), (n: number) => `stop ${counted(n, 'lot')} by hand`],
    [of('released') - kept, (n: number) => `let ${counted(n, 'lot')} go by hand`],
    [of('scrapped'), (n: number) => `take ${counted(n, 'lot')} out as scrap by hand`],
    [kept, (n: number) => `leave ${counted(n, 'lot')} where ${n === 1 ? 'it is' : 'they are'}: see above`],
  ] as const;
  const told = steps.flatMap(([n, say]) => (n > 0 ? [say(n)] : [])).join('; ');
  // Parts of no lot have none to be stopped.
  const next = `${told === '' ? '' : `${told}, and `}name the MES in fishbone.json, under receivers.`;
  return `Nobody was told: no receiver is configured. ${next.charAt(0).toUpperCase()}${next.slice(1)}`;
}

/** A hold that nobody at the MES has heard of holds nothing, whatever the decision says. */
function openText({lots}: Hold): string {
  const open = lots.filter(({delivery, askPerson}) => !askPerson && OPEN.includes(delivery));
  if (open.length === 0) return '';
  const receivers = [...new Set(open.map(({receiver}) => receiver))].join(', ');
  const are = open.length === 1 ? 'is' : 'are';
  return `${open.length} of ${counted(lots.length, 'message')} ${are} not acknowledged yet by ${receivers}: until then nothing there is known to have changed. "fishbone deliver" tries now, and says why.`;
}

const OPEN = ['queued', 'sending', 'unknown'];

const settleText = (hold: Hold) => (l: Hold['lots'][number]) =>
  `${l.lot} at ${l.receiver}: ${l.why ?? l.delivery}\n` +
  `  a person says what became of it: fishbone hold settle ${hold.id} --lot ${l.lot} --receiver ${l.receiver}` +
  `${l.action === 'hold' ? '' : ` --action ${l.action}`} --as acknowledged|send-again --reason TEXT --by NAME`;

/** Why a hold has no deliveries. */
function unsent({decision}: Hold): string {
  if (decision === 'proposed') return 'not decided yet';
  return decision === 'refused' ? 'nothing to send' : 'no receiver configured';
}

export function holdsText({holds}: OutputOf<'hold.list'>): string {
  if (holds.length === 0) return 'There are no holds.\n';
  return table(
    ['id', 'decision', 'reason', 'proposed by', 'parts', 'delivered'],
    holds.map(h => {
      const arrived = h.lots.filter(({delivery}) => delivery === 'acknowledged').length;
      return [
        h.id,
        h.review ? `${h.decision}, to be reviewed` : h.decision,
        h.reason,
        h.proposedBy,
        h.parts,
        h.lots.length > 0 ? `${arrived} of ${h.lots.length}` : unsent(h),
      ];
    }),
  );
}

/** What changed of the facts behind it, and who has to look. */
function reviewText({id, review, compared}: Hold): string {
  const why = compared.why === null ? '' : `Not compared with what is known now: ${compared.why}.\n`;
  if (review === null) return why;
  const reasons = review.reasons.map(reason => `  ${reason}\n`).join('');
  return `${why}${bold('To be reviewed: what it rests on has changed')} (position ${review.asOf})
${reasons}Somebody looks, and says what follows: fishbone hold review ${id} --reason TEXT --by NAME`;
}

const LOTS_SHOWN = 20;

/** Lots that are not all in the same state, and those that came later. */
function coverageText({coverage}: Hold): string {
  const inherited = coverage.filter(lot => lot.inherited !== null);
  const states = new Map<string, string[]>();
  for (const {lot, state} of coverage) states.set(state, [...(states.get(state) ?? []), lot]);
  const lines = [...states].map(
    ([state, lots]) =>
      `  ${state}: ${lots.slice(0, LOTS_SHOWN).join(', ')}${lots.length > LOTS_SHOWN ? ` and ${lots.length - LOTS_SHOWN} more` : ''}\n`,
  );
  return paragraphs(
    states.size > 1 || inherited.length > 0 ? lines.join('') : '',
    inherited
      .slice(0, LOTS_SHOWN)
      .map(
        ({lot, inherited: from}) => `  inherited: lot ${lot}, from ${from!.through}, seen at position ${from!.asOf}\n`,
      )
      .join(''),
  );
}

export function reasonsText(reasons: OutputOf<'hold.reasons'>): string {
  return paragraphs(
    ...(['hold', 'release', 'scrap'] as const).map(kind => {
      const {only, codes} = reasons[kind];
      const head = `To ${kind}: ${only ? 'one of these' : 'any code; these are offered'}`;
      return `${bold(head)}\n${table(
        ['code', 'meaning'],
        codes.map(({code, meaning}) => [code, meaning]),
      )}`;
    }),
    'The lists of a plant are reasonCodes.hold, .release and .scrap of fishbone.json.',
  );
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

export function lookText({hold, lots}: OutputOf<'hold.look'>): string {
  return paragraphs(
    lots.length === 0 ? `Nobody was told of ${hold} yet.` : '',
    table(
      ['lot', 'receiver', 'at the MES now', 'told last', 'why'],
      lots.map(l => [
        l.lot,
        l.receiver,
        l.state,
        l.hold === null ? 'nothing' : `${l.action} by ${l.hold}`,
        l.why ?? '',
      ]),
    ),
  );
}
