import {editDistance} from '../suggest.ts';
import type {Answers, Evidence, Question} from './evidence.ts';
import {isNumber, isUnique, type Seen} from './look.ts';
import {answerOf, type Kind, ROLES, type Role, resultOf} from './vocabulary.ts';

export interface Held {
  seen: Seen;
  evidence: Evidence;
}

export type Roles = Partial<Record<Role, Held>>;

/** Less than this is no reason to take a column for anything. */
const ENOUGH = 0.5;
const NAMES = Object.entries(ROLES).map(([role, {names}]) => [role as Role, names.split('|')] as const);

/**
 * What each column is, by its name and by its values together; neither alone makes sure.
 * @returns the best column for each role, and a question where two may be the part's id
 */
export function findRoles(seen: readonly Seen[], answers: Answers): {roles: Roles; questions: Question[]} {
  const roles: Roles = {};
  const taken = new Set<Seen>();
  const give = (role: Role, held: Held) => {
    roles[role] = held;
    taken.add(held.seen);
  };
  for (const one of seen) {
    const told = answers[`column.${one.profile.column}`];
    if (told === undefined) continue;
    taken.add(one);
    if (Object.hasOwn(ROLES, told)) roles[told as Role] = {seen: one, evidence: {confidence: 1, why: 'as answered'}};
  }
  const questions = partOf(
    seen.filter(one => !taken.has(one)),
    answers,
    roles,
    give,
  );
  const claims = seen.flatMap(one =>
    NAMES.filter(([role]) => role !== 'part').map(([role]) => ({role, seen: one, evidence: claimOf(one, role)})),
  );
  // The strongest claim first; where two are alike, the column that comes first in the file.
  for (const {role, seen: one, evidence} of claims.sort((a, b) => b.evidence.confidence - a.evidence.confidence)) {
    if (evidence.confidence < ENOUGH) break;
    if (!roles[role] && !taken.has(one) && answers[role] === undefined) give(role, {seen: one, evidence});
  }
  return {roles, questions};
}

/** How much speaks for a column to be this; never all of it by the name alone. */
function claimOf(seen: Seen, role: Role): Evidence {
  const name = likeness(seen.words, role);
  const values = fits(seen, ROLES[role].kind);
  // Codes such as OK and NOK, and a lone column of times, say by themselves what they are.
  const byItself = (role === 'result' && values.fit > 1) || (role === 'inspected_at' && values.fit === 1) ? 0.55 : 0;
  const confidence = values.fit === 0 ? 0 : Math.max(byItself, name.score * (0.35 + 0.6 * Math.min(1, values.fit)));
  return {confidence, why: [name.score > 0 ? name.why : '', values.why].filter(why => why !== '').join('; ')};
}

/** How alike a header is to what the role is called. */
export function likeness(words: string, role: Role): {score: number; why: string} {
  const dense = words.replaceAll(' ', '');
  const tokens = words.split(' ');
  let best = {score: 0, why: ''};
  for (const name of ROLES[role].names.split('|')) {
    const plain = name.replaceAll(' ', '');
    const score =
      dense === plain
        ? 1
        : plain.length > 5 && editDistance(dense, plain) <= (plain.length > 9 ? 2 : 1)
          ? 0.85
          : plain.length > 2 && name.split(' ').every(token => tokens.includes(token))
            ? 0.6 + (0.25 * name.split(' ').length) / tokens.length
            : 0;
    if (score > best.score) best = {score, why: score === 1 ? `called ${role}` : `its name is like "${name}"`};
  }
  return best;
}

/** How far the values are of the kind that a role needs: 0 not at all, 1 as expected, above 1 they alone say so. */
function fits(seen: Seen, kind: Kind): {fit: number; why: string} {
  const {profile, filled} = seen;
  const share = profile.distinct / Math.max(1, filled);
  const different = `${profile.distinct} different of ${filled}`;
  if (seen.kind === 'empty') return {fit: 0, why: 'no values'};
  if (kind === 'number') return {fit: isNumber(seen) ? 1 : 0, why: 'numbers'};
  if (kind === 'time') return {fit: seen.kind === 'time' ? 1 : 0, why: 'times'};
  if (kind === 'text') return {fit: seen.kind === 'time' || seen.kind === 'number' ? 0 : 0.8, why: ''};
  if (seen.kind === 'time' || seen.kind === 'time-of-day' || seen.kind === 'number' || seen.header.unit !== null)
    return {fit: 0, why: ''};
  if (kind === 'id') return {fit: isUnique(seen) ? 1 : share > 0.3 ? 0.5 : 0, why: different};
  if (kind === 'code') {
    const codes = profile.values?.filter(({value}) => !seen.missing.includes(value));
    if (!codes || codes.length > 12) return {fit: 0, why: different};
    const known = codes.filter(({value}) => (resultOf(value) ?? answerOf(value, seen.words)) !== undefined);
    const plain = codes.filter(({value}) => resultOf(value) !== undefined);
    const list = codes
      .slice(0, 6)
      .map(({value}) => `"${value}"`)
      .join(', ');
    return {fit: plain.length === codes.length ? 1.1 : known.length > 0 ? 1 : 0.5, why: `its codes are ${list}`};
  }
  const isFlag = profile.values?.every(({value}) => value === '0' || value === '1');
  if (isFlag) return {fit: 0, why: 'only 0 and 1'};
  // Of what many parts share, there is less than there are records.
  return {fit: filled < 10 || share < 0.5 ? 1 : share < 0.95 ? 0.6 : 0, why: different};
}

/** The part's id: a column that is called so and differs in each record. Where that leaves more than one, it is asked. */
function partOf(
  seen: readonly Seen[],
  answers: Answers,
  roles: Roles,
  give: (role: Role, held: Held) => void,
): Question[] {
  if (roles.part) return [];
  const answer = answers.part;
  const answered = seen.find(({profile}) => profile.column === answer);
  if (answered) give('part', {seen: answered, evidence: {confidence: 1, why: 'as answered'}});
  if (answer === '$line' || answered) return [];
  const likely = seen
    .filter(one => ['word', 'whole'].includes(one.kind) && one.header.unit === null)
    .map(one => ({
      one,
      name: likeness(one.words, 'part').score,
      unique: isUnique(one),
      soundsLikeId: soundsLikeId(one),
    }));
  const named = likely.filter(({name, one}) => name > 0 && fits(one, 'id').fit > 0);
  // In a few records anything may be unique.
  const candidates = likely.filter(
    ({one, name, unique, soundsLikeId: id}) =>
      (name > 0 && fits(one, 'id').fit > 0) || (unique && !isOtherId(one) && (id || one.profile.rows >= 20)),
  );
  const best = named.length === 1 && candidates.every(c => c === named[0] || !c.soundsLikeId) ? named[0] : undefined;
  if (best) {
    const {why} = likeness(best.one.words, 'part');
    const {distinct, rows} = best.one.profile;
    const values = best.unique
      ? `unique in all ${rows} records`
      : `${distinct} different in ${rows} records: parts come more than once`;
    give('part', {
      seen: best.one,
      evidence: {confidence: best.name * (best.unique ? 0.95 : 0.7), why: `${why}; ${values}`},
    });
    return [];
  }
  return [
    {
      key: 'part',
      ask: 'which column is the id of the part?',
      why:
        candidates.length > 1
          ? `${candidates.map(({one}) => `"${one.profile.column}"`).join(' and ')} may be it`
          : candidates.length === 1
            ? `"${candidates[0].one.profile.column}" differs in each record, but is not called so`
            : 'no column is called so and differs in each record',
      options: [
        ...candidates.map(({one}) => ({
          answer: one.profile.column,
          means: `${one.profile.distinct} different in ${one.profile.rows} records, such as "${one.shapes[0].example}"`,
        })),
        {answer: '$line', means: 'none: each line of this file is a part of its own'},
      ],
    },
  ];
}

const soundsLikeId = ({words}: Seen): boolean =>
  /\b(id|uid|no|nr|nummer|number|code|serial\w*|\w+nummer|\w+nr)\b/.test(words);

/** Called as something that may well differ in each record and is no part. */
const isOtherId = ({words}: Seen): boolean =>
  likeness(words, 'inspection').score === 1 ||
  likeness(words, 'image').score === 1 ||
  likeness(words, 'work_order').score === 1;
