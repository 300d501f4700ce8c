/** What the packages that are shipped ask to be told: their names, licences and the licences' texts. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import licences from 'spdx-license-list/full.js';

interface Locked {
  dev?: boolean;
  os?: string[];
  cpu?: string[];
}

/** The folders of the packages that the lock file names for use and that fit this platform, as they are installed below `root`. */
export function shippedPackages(root: string): string[] {
  const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const fits = ({os, cpu}: Locked) => (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);
  return Object.entries(packages)
    .filter(([path, locked]) => path !== '' && !locked.dev && fits(locked) && existsSync(join(root, path)))
    .map(([path]) => path);
}

/** A package that is shipped, by its folder below the root. */
export interface Notice {
  path: string;
  name: string;
  version: string;
  /** An SPDX expression, as the package says it; null where it says none. */
  licence: string | null;
  /** Names and texts of the files that speak of rights. */
  texts: {file: string; text: string}[];
}

const SPEAKS_OF_RIGHTS = /^(licen[cs]e|copying|notice|third-?party-?notices?)/i;

/** @param paths folders of packages below `root`, such as node_modules/zod */
export function noticesOf(root: string, paths: readonly string[]): Notice[] {
  return paths
    .filter(path => existsSync(join(root, path, 'package.json')))
    .map(path => {
      const told = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string | {type?: string};
        licenses?: {type?: string}[];
      };
      const {name, version} = told;
      const said = typeof told.license === 'string' ? told.license : (told.license?.type ?? told.licenses?.[0]?.type);
      return {path, name, version, licence: said ?? null, texts: textsIn(join(root, path))};
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** The files that speak of rights; where there is none, what the package's own description says of them. */
function textsIn(folder: string): Notice['texts'] {
  const files = readdirSync(folder, {withFileTypes: true})
    .filter(file => file.isFile())
    .map(({name}) => name)
    .sort();
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim();
  const found = files.filter(file => SPEAKS_OF_RIGHTS.test(file)).map(file => ({file, text: read(file)}));
  if (found.length > 0) return found;
  return files
    .filter(file => /^readme/i.test(file))
    .flatMap(file => {
      const section = read(file)
        .split(/^(?=#+ )/m)
        .find(part => /^#+ *licen[cs]e\b/i.test(part));
      return section === undefined ? [] : [{file, text: section.trim()}];
    });
}

/** One text: a table of who asks for what, then every text once, under those who brought it. */
export function asText(notices: readonly Notice[]): string {
  const byText = new Map<string, string[]>();
  for (const {name, version, texts} of notices) {
    for (const {text} of texts) byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const silent = notices.filter(({texts}) => texts.length === 0);
  return [
    'Fishbone is under the MIT licence (LICENSE). It is shipped with these packages, each under its own:',
    '',
    ...notices.map(({name, version, licence}) => `${name} ${version}: ${licence ?? 'see its text'}`),
    '',
    ...(silent.length === 0
      ? []
      : [
          'These bring no text of their licence; the text of the one that they name stands at the end:',
          ...silent.map(({name, version, licence}) => `${name} ${version}: ${licence ?? 'none is named'}`),
          '',
        ]),
    ...[...byText].flatMap(([text, who]) => ['='.repeat(80), [...new Set(who)].join(', '), '-'.repeat(80), text, '']),
    ...[...new Set(silent.map(({licence}) => licence))].flatMap(licence =>
      licence === null ? [] : ['='.repeat(80), licence, '-'.repeat(80), standardText(licence), ''],
    ),
  ].join('\n');
}

/** @param licence an identifier of SPDX. @throws for one that is unknown there */
function standardText(licence: string): string {
  const known = licences[licence];
  if (known === undefined) throw new Error(`SPDX knows no licence "${licence}"`);
  return known.licenseText.trim();
}
