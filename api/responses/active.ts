import type {Alarm} from '../../warehouse/chart-answers.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import type {Book, ResponseRecord} from '../write-back/book.ts';
import type {Drawn} from './chart-triggers.ts';
import {Judge} from './judge.ts';
import {type Begun, digestOf, type RuleLog} from './rule-log.ts';
import type {Rule} from './settings.ts';

/** A rule in force. */
export interface Active {
  name: string;
  rule: Rule;
  digest: string;
  /** What came with this entry or before was there before the rule. */
  after: number;
  beganMs: number;
  judge: Judge;
  /** Why it cannot be judged; undefined before it was tried. */
  problem: string | null | undefined;
  /** Its chart at the position that was judged last. */
  before: Drawn | null;
  /** What was out of order there, for a rule of alarms. */
  alarms: Alarm[] | null;
}

/** Writes down which rules begin and which end. @returns those that are in force, as they were left */
export async function inForce(
  {warehouse, book}: {warehouse: Warehouse; book: Book},
  log: RuleLog,
  rules: Readonly<Record<string, Rule>>,
): Promise<Active[]> {
  log.follow(warehouse.entries());
  for (const [name, {digest}] of log.begun)
    if (!Object.hasOwn(rules, name)) await book.respond({did: 'end', rule: name, digest});
  for (const [name, rule] of Object.entries(rules)) {
    const digest = digestOf(rule);
    if (log.begun.get(name)?.digest === digest) continue;
    await book.respond({did: 'begin', rule: name, digest, after: warehouse.ledger.head.seq});
  }
  log.follow(warehouse.entries());
  return Object.entries(rules).map(([name, rule]) => {
    const begun: Begun = log.begun.get(name)!;
    const judge = remembering(book, name, rule);
    const beganMs = Date.parse(begun.at);
    return {
      name,
      rule,
      digest: begun.digest,
      after: begun.after,
      beganMs,
      judge,
      problem: undefined,
      before: null,
      alarms: null,
    };
  });
}

/** A judge who knows what the rule has done so far, under whatever wording. */
export function remembering(book: Book, name: string, rule: Rule): Judge {
  const judge = new Judge(rule, {freshOnly: true});
  for (const record of book.responses.values()) {
    if (record.rule !== name) continue;
    const {id, at, keys} = decidedOn(record);
    judge.remember({id, atMs: Date.parse(at), keys}, 'firing' in record);
  }
  return judge;
}

export const decidedOn = (record: ResponseRecord) => ('firing' in record ? record.firing : record.withheld);
