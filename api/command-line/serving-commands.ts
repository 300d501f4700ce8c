import closeWithGrace from 'close-with-grace';
import {type Command, InvalidArgumentError} from 'commander';
import {type App, openApp} from '../app.ts';
import {readConfig, warehouseFolder} from '../config.ts';
import {FishboneError} from '../errors.ts';
import {redacted} from '../redact.ts';
import {findServer} from '../running-server.ts';
import type {Server} from '../server.ts';
import {screenText} from './print/analysis.ts';
import {type Common, type Terminal, wholeNumber, withCommon} from './terminal.ts';

const DRAIN_MS = 15_000;

export function servingCommands(program: Command, terminal: Terminal): void {
  withCommon(program.command('demo'))
    .description('makes a plant with a hidden cause, finds it, and serves the dashboards')
    .option('--port <n>', 'where to serve', portNumber)
    .option('--no-serve', 'only the answer')
    .option(
      '--scenario <name>',
      'what is hidden: bad-tool (the default), supplier, interaction, ...; one that is unknown lists all',
    )
    .option('--seed <n>', 'another plant of the same kind', wholeNumber)
    .option('--wide', 'with all process parameters (the default)')
    .option('--no-wide', 'without process parameters: quicker')
    .action(async ({warehouse, json, port, serve: isServed, ...options}: Common & DemoFlags) => {
      const folder = warehouseFolder(warehouse);
      await refuseSecondServer(folder);
      // What only serving and the demo need is loaded only by them: the other commands start in half the time.
      const {demonstrate} = await import('../demo.ts');
      const {app, answer, sentence, close} = await demonstrate(
        folder,
        {...options, withMes: isServed},
        terminal.progress,
      );
      try {
        if (!json) process.stdout.write(`\n${sentence}\n\n`);
        if (!isServed) {
          terminal.print(json, answer, screenText);
          await app.close();
          await close();
          return;
        }
        const {address} = await open(app, {host: '127.0.0.1', port: port ?? null}, terminal, close);
        if (json) process.stdout.write(`${JSON.stringify({...answer, address})}\n`);
        else process.stdout.write(`The dashboards: ${address}\nCtrl-C stops them.\n`);
      } catch (error) {
        await app.close();
        await close();
        throw error;
      }
    });

  withCommon(program.command('serve'))
    .description('API and dashboards')
    .option('--port <n>', '0: any that is free (default 4800, or the next that is free)', portNumber)
    .option(
      '--host <host>',
      'beyond this machine an API key is needed; if there is none, one is made and shown',
      '127.0.0.1',
    )
    .action(async ({warehouse, json, port, host}: Common & {port?: number; host: string}) => {
      const folder = warehouseFolder(warehouse);
      await refuseSecondServer(folder);
      const clock = await terminal.clock(warehouse);
      // A night is read in the morning: each line has its time, and no secret.
      const text = (line: string) => terminal.progress.say(`${clock(new Date().toISOString())}  ${redacted(line)}`);
      // Whoever asked for logs reads lines of JSON, and no others: what is said before there is a log waits for it.
      const early: string[] = [];
      const isText = await readConfig(folder).then(
        config => config.log === 'error',
        () => true,
      );
      let say = isText ? text : (line: string) => void early.push(line);
      const app = await openApp(folder, {make: true, log: line => say(line)});
      try {
        const {address, log} = await open(app, {host, port: port ?? null}, terminal);
        if (!isText) say = log;
        for (const line of early) log(line);
        terminal.print(json, {address}, () => `Serving ${folder} at ${address}\nCtrl-C stops it.\n`);
      } catch (error) {
        for (const line of early) text(line);
        await app.close();
        throw error;
      }
    });
}

interface DemoFlags {
  port?: number;
  serve: boolean;
  scenario?: string;
  seed?: number;
  wide?: boolean;
}

/** Serves until a signal says to stop; then everything asked is answered, and the process ends. */
async function open(
  app: App,
  {host, port}: {host: string; port: number | null},
  {progress}: Terminal,
  andClose: () => Promise<void> = async () => undefined,
): Promise<Pick<Server, 'address' | 'log'>> {
  const [{buildDashboards}, {serve}] = await Promise.all([import('../../dashboards/build.ts'), import('../server.ts')]);
  const dashboards = await buildDashboards().catch((error: Error) => {
    progress.say(`${error.message}, so only the API is served: ${String(error.cause)}`);
    return null;
  });
  const server = await serve(app, {host, port, dashboards, tell: progress.say});
  closeWithGrace({delay: DRAIN_MS, logger: false}, async ({err}) => {
    if (err) progress.say(`stopping after an error: ${err.stack ?? err.message}`);
    await server.close();
    await andClose();
  });
  return server;
}

async function refuseSecondServer(folder: string): Promise<void> {
  const server = await findServer(folder);
  if (!server) return;
  throw new FishboneError('WAREHOUSE_BUSY', `this warehouse is served already, at ${server.address}`, {
    hint: 'open that address, or stop that server first',
  });
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('Ports end at 65535.');
  return port;
}
