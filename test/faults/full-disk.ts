// In a name space of its own, with a small disk that this process fills: what a server does that starts on it. A line of
// JSON on stdout says what was answered.
import {existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openApp} from '../../api/app.ts';
import {ingest} from '../../api/load-files.ts';
import {serve} from '../../api/server.ts';
import {Journal} from '../../warehouse/journal.ts';

const [disk] = process.argv.slice(2);
const folder = join(disk, 'warehouse');
const fill = join(disk, 'fill');
const said: string[] = [];
const row = (n: number) => ({inspection: `I${n}`, part: `P${n}`, result: 'pass', defects: []});

const made = await openApp(folder, {make: true});
const file = join(disk, 'inspections.csv');
writeFileSync(file, 'inspection,part,result\nI1,P1,fail\nI2,P2,pass\n');
await ingest(made, [file]);
await made.close();
// What a process that died had acknowledged.
mkdirSync(join(folder, 'journal'), {recursive: true});
const journal = new Journal(folder, body => body);
await journal.append([row(3)]);
await journal.close();

fillUp();
const app = await openApp(folder, {log: line => said.push(line)});
const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
const full = await answers();
// Room for what people decide, none for what the database makes of it.
truncateSync(fill, statSync(fill).size - 4096);
let noted = 0;
const notes = async () => {
  for (; noted < 1000; noted++) await app.warehouse.append('note', {noted, text: 'x'.repeat(100)});
};
const refused = await notes().then(
  () => null,
  (error: Error) => error.name,
);
const beyond = await answers();
const isAnnounced = existsSync(join(folder, 'server.json'));
rmSync(fill);
// Without a restart: as soon as it is tried again.
for (let k = 0; app.recorder.waiting > 0 && k < 600; k++) await new Promise(resolve => setTimeout(resolve, 100));
const roomy = await answers();
await server.close();
process.stdout.write(`${JSON.stringify({full, noted, refused, beyond, roomy, isAnnounced, said})}\n`);
process.exit(0);

function fillUp(): void {
  for (let bytes = 1 << 20; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(fill, Buffer.alloc(bytes, 1), {flag: 'a'});
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

async function answers() {
  const got = async (path: string) => {
    const response = await fetch(`${server.address}${path}`);
    const body = (await response.json().catch(() => null)) as {inspected?: number; asOf?: number} | null;
    return {status: response.status, body, unrecorded: response.headers.get('fishbone-unrecorded')};
  };
  const sent = async (path: string, type: string, body: string) => {
    const response = await fetch(`${server.address}${path}`, {method: 'POST', headers: {'content-type': type}, body});
    return {status: response.status, body: (await response.json()) as object};
  };
  return {
    alive: await got('/livez'),
    ready: await got('/readyz'),
    yield: await got('/v1/yield'),
    trace: await got('/v1/trace/part/P1'),
    inspection: await sent('/v1/inspections?wait=true', 'application/json', JSON.stringify(row(4))),
    file: await sent('/v1/ingest/parts', 'text/csv', 'part,product\nP9,X\n'),
    again: await got('/v1/yield'),
  };
}
