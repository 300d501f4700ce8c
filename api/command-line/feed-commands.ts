import closeWithGrace from 'close-with-grace';
import type {Command} from 'commander';
import {openApp} from '../app.ts';
import {warehouseFolder} from '../config.ts';
import {FishboneError} from '../errors.ts';
import {findServer} from '../running-server.ts';
import {feedsText} from './print/feeds.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

const DRAIN_MS = 15_000;

export function feedCommands(program: Command, terminal: Terminal): void {
  withCommon(program.command('feeds'))
    .description('what the server takes in by itself, and how it stands')
    .action((options: Common) => terminal.tell(options, 'feeds', {}, feedsText));
  withCommon(program.command('feed'))
    .argument('<name>', 'as in fishbone.json')
    .description('runs one feed without a server, until Ctrl-C')
    .action(async (name: string, {warehouse, json}: Common) => {
      const folder = warehouseFolder(warehouse);
      const server = await findServer(folder);
      if (server) {
        throw new FishboneError('WAREHOUSE_BUSY', `the server at ${server.address} runs the feeds of this warehouse`, {
          hint: 'see how they stand with "fishbone feeds"',
        });
      }
      const app = await openApp(folder, {make: true, log: terminal.progress.say});
      const names = app.feeds.states().map(feed => feed.name);
      if (!names.includes(name)) {
        await app.close();
        throw new FishboneError('NOT_FOUND', `there is no feed "${name}" in ${folder}/fishbone.json`, {
          hint: names.length > 0 ? `the feeds are ${names.join(', ')}` : 'none is configured: see ingest/README.md',
        });
      }
      app.startFeeds([name]);
      terminal.progress.say(`Feed ${name} is running. Ctrl-C stops it.`);
      const clock = await terminal.clock(warehouse);
      closeWithGrace({delay: DRAIN_MS, logger: false}, async ({err}) => {
        if (err) terminal.progress.say(`stopping after an error: ${err.stack ?? err.message}`);
        await app.close();
        const feeds = app.feeds.states().filter(feed => feed.name === name);
        terminal.print(json, {feeds}, answer => feedsText(answer, clock));
      });
    });
}
