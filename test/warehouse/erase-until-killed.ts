/** Erases a person and is killed, by the real signal, when the Nth file or folder is about to be renamed or removed. */
import fs from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';

const [folder, name, nth] = process.argv.slice(2);
const {Warehouse} = await import('../../warehouse/store.ts');
const {erasePerson} = await import('../../warehouse/erase.ts');
const warehouse = await Warehouse.open(folder);
let left = Number(nth);
const {rm} = fs;
const {rename} = fs;
fs.rename = (async (from, to) => {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  return rename(from, to);
}) as typeof rename;
fs.rm = (async (path, options) => {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  return rm(path, options);
}) as typeof rm;
syncBuiltinESMExports();
await erasePerson(warehouse, name, 'DP');
