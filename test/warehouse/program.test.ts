/** The program starts from one build of its sources: of those that are there now, and without a build where none can be kept. */
import {execFileSync} from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {folder} from './plant-in-a-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OTHERS = ['inference/worker.ts', 'warehouse/sandbox/worker.ts', 'warehouse/screening/worker.ts'];

/** A program of a few modules, started as the real one is. */
function smallProgram(): string {
  const home = join(folder(), 'program');
  put(home, 'package.json', '{"type": "module"}');
  put(home, 'api/cli.ts', "import {word} from '../warehouse/word.ts';\nexport const told: string = word();\n");
  put(home, 'warehouse/word.ts', wordOf('one'));
  for (const path of OTHERS) put(home, path, 'export {};\n');
  copyFileSync(join(ROOT, 'warehouse/program.js'), join(home, 'warehouse/program.js'));
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  return home;
}

function put(home: string, path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), {recursive: true});
  writeFileSync(join(home, path), text);
}

const wordOf = (word: string) =>
  `import {readFileSync} from 'node:fs';
export const word = (): string => ${JSON.stringify(word)} + readFileSync(new URL('word.txt', import.meta.url), 'utf8');\n`;

function told(home: string): string {
  const script =
    "const {start} = await import('./warehouse/program.js'); console.log((await start('api/cli.ts')).told);";
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {cwd: home, encoding: 'utf8'}).trim();
}

const builds = (home: string) => readdirSync(join(home, 'warehouse/dist')).filter(name => /^[0-9a-f]{16}$/.test(name));

test('a source that was edited is what runs; what nobody edited is not built again; a program may move', () => {
  const home = smallProgram();
  put(home, 'warehouse/word.txt', ' and its file');
  expect(told(home)).toBe('one and its file');
  expect(told(home)).toBe('one and its file');
  expect(builds(home)).toHaveLength(1);
  put(home, 'warehouse/word.ts', wordOf('two'));
  expect(told(home)).toBe('two and its file');
  expect(builds(home)).toHaveLength(2);
  // As an archive is unpacked elsewhere: the build is found, and it finds the files that are beside its sources now.
  const moved = `${home}-moved`;
  renameSync(home, moved);
  put(moved, 'warehouse/word.txt', ' that moved');
  expect(told(moved)).toBe('two that moved');
  expect(builds(moved)).toHaveLength(2);
});

test('where no build can be kept, modules are read one by one', () => {
  const home = smallProgram();
  put(home, 'warehouse/word.txt', '');
  put(home, 'warehouse/dist', 'a file where the folder should be');
  expect(told(home)).toBe('one');
  rmSync(join(home, 'warehouse/dist'));
  expect(existsSync(join(home, 'warehouse/dist'))).toBe(false);
});

test('a source that does not build is told as it is', () => {
  const home = smallProgram();
  put(home, 'warehouse/word.ts', 'export const word = ;\n');
  expect(() => told(home)).toThrow(/word\.ts/);
  expect(builds(home)).toEqual([]);
});
