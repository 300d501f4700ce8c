/** A server that starts on a disk without a byte left: it answers, refuses what has to be written, and recovers by itself. */
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {folder} from '../warehouse/plant-in-a-folder.ts';

const LIFE = fileURLToPath(new URL('./full-disk.ts', import.meta.url));
const MOUNTED = 'mount -t tmpfs -o size=48m none "$0"';
/** Of util-linux: a disk of one's own, for one process. */
const within = (disk: string, command: string) =>
  spawnSync('unshare', ['-rm', 'sh', '-c', `${MOUNTED} && ${command}`, disk, process.execPath, LIFE], {
    encoding: 'utf8',
    timeout: 120_000,
  });

test('questions are answered, writes refused with what to do; when there is room it goes on, and nothing acknowledged is lost', context => {
  const disk = folder();
  if (within(disk, 'true').status !== 0) context.skip('NOT TESTED HERE: needs unshare and mount (Linux)');
  const {stdout, stderr, status} = within(disk, 'exec "$1" --import tsx "$2" "$0"');
  expect({status, stderr: status === 0 ? '' : stderr}).toEqual({status: 0, stderr: ''});
  const {full, noted, refused, beyond, roomy, isAnnounced, said} = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(full).toMatchObject({
    alive: {status: 200},
    ready: {status: 503},
    // I3 was acknowledged before, and has no batch: the answer says so.
    yield: {status: 200, body: {inspected: 2, asOf: 1}, unrecorded: '1'},
    trace: {status: 200},
    inspection: {status: 507, body: {code: 'DISK_REFUSED', detail: expect.stringContaining('full')}},
    file: {status: 507, body: {code: 'DISK_REFUSED'}},
    again: {status: 200, body: {inspected: 2, asOf: 1}},
  });
  // The ledger had room for some decisions, the database for none of them: its facts are whole all the same.
  expect(noted).toBeGreaterThan(0);
  expect(refused).toMatch(/LedgerWriteFailed|DiskRefused/);
  expect(beyond).toMatchObject({yield: {status: 200, body: {inspected: 2, asOf: 1}}, inspection: {status: 507}});
  expect(isAnnounced).toBe(false);
  // A line a change, however often it was tried. In between there was room for what people decide.
  expect(said.map((line: string) => line.replace(/^(.*?): .*?; (.*)$/, '$1; $2'))).toEqual([
    '1 requests with inspections are acknowledged and wait in the journal; nothing is lost, and it is tried again by itself',
    'not ready; questions are answered as long as they can be, "fishbone doctor" says more',
    'requests are refused; nothing acknowledged is lost: make room on the disk, then do it again',
    'the disk takes what is recorded again',
    'requests are refused; nothing acknowledged is lost: make room on the disk, then do it again',
    'the disk takes what is recorded again',
    'inspections that waited in the journal are recorded',
  ]);
  expect(roomy).toMatchObject({
    yield: {status: 200, body: {inspected: 3}, unrecorded: null},
    inspection: {status: 200, body: {results: [{inspection: 'I4', status: 'accepted'}]}},
    file: {status: 200},
    again: {status: 200, body: {inspected: 4}},
  });
});
