import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Plugin} from 'vite';

const CDN = 'https://cdn.jsdelivr.net/npm/';
const HERE = fileURLToPath(import.meta.url);
const PACKAGES = fileURLToPath(new URL('../node_modules/', import.meta.url));
const KIT = '/@observablehq/notebook-kit/';
/** Of the kit's libraries the one that is ours instead: SQL cells show their rows by it. */
const OURS = new Map([['@observablehq/inputs', fileURLToPath(new URL('./inputs.ts', import.meta.url))]]);
const ABSENT = '\0absent:';

/**
 * Notebook Kit loads its libraries from a CDN when a cell uses them; a plant's network has none. Here an `npm:` import and
 * a CDN's address both mean the package in node_modules. What is not installed cannot be used: a cell that imports it does
 * not build, a library of the kit's own fails only when a cell names it. Nothing remote is left in the build.
 */
export function localPackages(): Plugin {
  return {
    name: 'local-packages',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!/^(npm:|https?:)/.test(source)) return null;
      const wanted = packagePath(source);
      const ours = wanted && importer?.includes(KIT) && OURS.get(wanted);
      if (ours) return ours;
      const found = wanted && (await this.resolve(wanted, HERE, {skipSelf: true}));
      if (found) return found;
      if (importer?.includes(KIT) && wanted) return ABSENT + wanted;
      return this.error(`"${source}" is not in node_modules, and notebooks take nothing from elsewhere`);
    },
    load(id) {
      if (!id.startsWith(ABSENT)) return null;
      const sentence = `${id.slice(ABSENT.length)} is not installed here: npm install it, then reload this page`;
      return `throw new Error(${JSON.stringify(sentence)}); export default undefined;`;
    },
    transform(code, id) {
      if (!id.includes(KIT) || !code.includes(CDN)) return null;
      const local = id.endsWith('.css') ? withLocalSheets(code) : code;
      return {code: local.replaceAll(CDN, 'npm:'), map: null};
    },
  };
}

/** "npm:d3@7/+esm" and its address on the CDN → "d3"; null for any other address. */
function packagePath(source: string): string | null {
  const address = source.startsWith(CDN)
    ? source.slice(CDN.length)
    : source.startsWith('npm:')
      ? source.slice(4)
      : null;
  if (address === null) return null;
  const [, name, path] = /^(@[^/]+\/[^@/]+|[^@/]+)(?:@[^/]*)?(\/.*)?$/.exec(address) ?? [];
  return name === undefined ? null : name + (path ?? '').replace(/\/\+esm$/, '');
}

/** Imports of style sheets are not resolved by plugins: they become those of the package, or go with it. */
function withLocalSheets(css: string): string {
  return css.replace(/@import url\("(https:[^"]+)"\);/g, (_, address: string) => {
    const path = packagePath(address);
    return path !== null && existsSync(PACKAGES + path) ? `@import url("${path}");` : '';
  });
}
