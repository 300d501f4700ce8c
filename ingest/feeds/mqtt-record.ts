import type {Door, Sent} from './feed.ts';
import type {Holding, Message} from './mqtt-messages.ts';
import type {OpenWork} from './open-work.ts';
import {type Outcome, outcomeOf} from './state.ts';

const TEXT_CHARACTERS = 100_000;
/** What is wrong with the message itself, and would be again. */
const WRONG: ReadonlySet<unknown> = new Set(['CONFLICT', 'FILE_UNUSABLE', 'USAGE']);

/**
 * Records a group of messages: when it resolves, each is recorded, known, or in quarantine with its topic and the reason.
 * @throws when that could not be done: the same group is to be tried again, which changes nothing that was done
 */
export async function recordMessages(
  messages: readonly (Message & {holding: Holding})[],
  {door, source, openWork}: {door: Door; source: string; openWork: OpenWork},
): Promise<Outcome> {
  const total = {accepted: 0, duplicates: 0, rejected: 0, ignored: 0};
  const add = ({accepted = 0, duplicates = 0, rejected = 0}: Outcome) => {
    total.accepted += accepted;
    total.duplicates += duplicates;
    total.rejected += rejected;
  };
  const rows: Sent[] = [];
  const lines: string[] = [];
  const inspections: Promise<unknown>[] = [];
  const refuse = ({topic, payload}: Message, table: string, reason: string) =>
    rows.push({table, reason, text: payload.toString('utf8').slice(0, TEXT_CHARACTERS), topic});
  for (const message of messages) {
    const {holding, topic} = message;
    if (holding.takes === 'nothing') refuse(message, holding.table, holding.reason);
    if (holding.takes === 'rows') rows.push(...holding.rows);
    if (holding.takes === 'cfx') lines.push(...holding.lines);
    if (holding.takes === 'inspections') {
      const one = door.inspections(holding.body).then(add, (error: Error & {code?: unknown}) => {
        if (!WRONG.has(error.code)) throw error;
        refuse(message, 'inspections', `topic ${topic}: ${error.message}`);
      });
      inspections.push(one);
    }
  }
  // All are waited for, so that nothing goes on behind a group that is tried again.
  const failed = (await Promise.allSettled(inspections)).find(one => one.status === 'rejected');
  if (failed) throw failed.reason;
  if (lines.length > 0) {
    const receipt = await door.lines(openWork.withStarts(lines), source);
    const holdsNothing = receipt.status === 'rejected' && receipt.tables.length === 0;
    if (holdsNothing) total.ignored += lines.length;
    else add(outcomeOf(receipt));
    await openWork.keep();
  }
  if (rows.length > 0) add(outcomeOf(await door.rows(rows, source)));
  return total;
}
