import type {Command} from 'commander';
import {type Setting, tellConfig} from '../config-told.ts';
import {type Common, type Terminal, withCommon} from './terminal.ts';

export function configCommand(program: Command, terminal: Terminal): void {
  withCommon(program.command('config'))
    .description('every setting in force and where it comes from, without secrets')
    .action(async ({warehouse, json}: Common) => {
      terminal.print(json, {settings: await tellConfig(warehouse)}, ({settings}) => settings.map(line).join(''));
    });
}

function line({name, value, from, where}: Setting): string {
  const shown = value === null ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
  return `${name.padEnd(14)} ${shown.padEnd(30)} ${where ?? (from === 'flag' ? '--warehouse' : from)}\n`;
}
