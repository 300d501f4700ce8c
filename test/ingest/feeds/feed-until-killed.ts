// Runs the feeds of a warehouse, and dies the moment that something is on the disk: before it can be acknowledged.
import {openApp} from '../../../api/app.ts';
import {feedDoor} from '../../../api/feed-door.ts';

const app = await openApp(process.argv[2], {make: true});
const door = feedDoor(app);
const die = async <T>(done: Promise<T>): Promise<T> => {
  await done;
  process.kill(process.pid, 'SIGKILL');
  return new Promise<T>(() => undefined);
};
app.feeds.start({
  ...door,
  rows: (sent, source) => die(door.rows(sent, source)),
  inspections: body => die(door.inspections(body)),
});
