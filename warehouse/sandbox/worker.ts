/** A process that answers one query of people's, and is gone. It trusts neither the query nor itself. */

import {answer} from './answer.ts';
import {confine} from './confine.ts';
import type {Job, Ready, Told} from './job.ts';

const [, , addressSpaceMb] = process.argv;
const ready: Ready = {unconfined: confine(Number(addressSpaceMb))};
process.stdout.write(`${JSON.stringify(ready)}\n`);

let read = '';
let begun = false;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  read += text;
  if (begun || !read.includes('\n')) return;
  begun = true;
  void work(JSON.parse(read) as Job);
});
// Whoever asked is gone. Not `exit`: that would wait for the engine's threads.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));

async function work(job: Job): Promise<void> {
  const {told, body} = await answer(job);
  process.stdout.write(`${JSON.stringify(told satisfies Told)}\n`);
  for (const piece of body) process.stdout.write(piece);
  process.stdout.write('', () => process.kill(process.pid, 'SIGKILL'));
}
