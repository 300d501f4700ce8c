import {Command, CommanderError} from 'commander';
import {alertCommands} from './command-line/alert-commands.ts';
import {analysisCommands} from './command-line/analysis-commands.ts';
import {auditCommand} from './command-line/audit-command.ts';
import {benchCommand} from './command-line/bench-command.ts';
import {careCommands} from './command-line/care-commands.ts';
import {chartCommands} from './command-line/chart-commands.ts';
import {companyCommand} from './command-line/company-command.ts';
import {configCommand} from './command-line/config-command.ts';
import {dataCommands} from './command-line/data-commands.ts';
import {driftCommands} from './command-line/drift-commands.ts';
import {exportCommand} from './command-line/export-command.ts';
import {feedCommands} from './command-line/feed-commands.ts';
import {holdCommands} from './command-line/hold-commands.ts';
import {inspectorCommands} from './command-line/inspector-commands.ts';
import {mapCommand} from './command-line/map-command.ts';
import {msaCommands} from './command-line/msa-commands.ts';
import {personCommands} from './command-line/person-commands.ts';
import {publishCommand} from './command-line/publish-command.ts';
import {quarantineCommands} from './command-line/quarantine-commands.ts';
import {responseCommands} from './command-line/response-commands.ts';
import {servingCommands} from './command-line/serving-commands.ts';
import {sqlCommand} from './command-line/sql-command.ts';
import {Terminal} from './command-line/terminal.ts';
import {ownVersion} from './doctor-machine.ts';
import {translateError} from './translate-error.ts';

/** Runs one command line. @returns the exit code */
export async function main(argv: string[]): Promise<number> {
  const terminal = new Terminal();
  const program = new Command('fishbone')
    .description('Root-cause analytics and traceability warehouse for manufacturing')
    .helpCommand(false)
    .version(ownVersion(), '--version', 'tells the version of this program')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({outputError: (text, write) => write(`fishbone: ${text.replace(/^error: /, '')}`)});
  for (const commands of [
    servingCommands,
    dataCommands,
    exportCommand,
    publishCommand,
    companyCommand,
    driftCommands,
    quarantineCommands,
    mapCommand,
    alertCommands,
    feedCommands,
    analysisCommands,
    chartCommands,
    inspectorCommands,
    msaCommands,
    holdCommands,
    responseCommands,
    careCommands,
    configCommand,
    personCommands,
    sqlCommand,
    auditCommand,
    benchCommand,
  ])
    commands(program, terminal);
  try {
    await program.parseAsync(argv, {from: 'user'});
    return terminal.exitCode;
  } catch (error) {
    terminal.progress.end();
    if (error instanceof CommanderError) return asked(error) ? 0 : 2;
    return complain(error);
  }
}

/** Help or the version was asked for, rather than shown because nothing else made sense. */
function asked({code}: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version';
}

/** One sentence that says what is wrong, one that says what to do. */
function complain(error: unknown): number {
  const {message, hint, exitCode, code} = translateError(error);
  process.stderr.write(`fishbone: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  if (code === 'INTERNAL' && !process.env.FISHBONE_DEBUG) {
    process.stderr.write('  this should not have happened: FISHBONE_DEBUG=1 shows where\n');
  }
  if (process.env.FISHBONE_DEBUG) console.error(error);
  return exitCode;
}
