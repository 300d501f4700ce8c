import {join} from 'node:path';
import {type Config, readConfig, SETTINGS, VARIABLES, warehouseFolder, wordsOfFile} from './config.ts';

export interface Setting {
  name: string;
  /** As it is in force; what is secret is not shown. */
  value: unknown;
  from: 'default' | 'file' | 'environment' | 'flag';
  /** The file or the variable; null for a default or a flag. */
  where: string | null;
}

const MASK = '********';

/** Every setting in force, and where it comes from. @throws FishboneError CONFIGURATION_INVALID */
export async function tellConfig(flag?: string, env: NodeJS.ProcessEnv = process.env): Promise<Setting[]> {
  const folder = warehouseFolder(flag);
  const file = join(folder, 'fishbone.json');
  // What the file itself says: its defaults are none of its words.
  const said: Record<string, unknown> = await wordsOfFile(folder);
  const config = await readConfig(folder, env);
  const settings = SETTINGS.map((name): Setting => {
    const value = masked(inForce(config, name));
    const variable = name in VARIABLES ? VARIABLES[name as keyof typeof VARIABLES] : null;
    if (variable !== null && env[variable]) return {name, value, from: 'environment', where: variable};
    const isSaid = said[name] !== undefined && !isEmpty(said[name]);
    return {name, value, from: isSaid ? 'file' : 'default', where: isSaid ? file : null};
  });
  return [
    {
      name: 'warehouse',
      value: folder,
      from: flag !== undefined ? 'flag' : env.FISHBONE_WAREHOUSE ? 'environment' : 'default',
      where: flag === undefined && env.FISHBONE_WAREHOUSE ? 'FISHBONE_WAREHOUSE' : null,
    },
    ...settings,
  ];
}

const inForce = (config: Config, name: (typeof SETTINGS)[number]): unknown => config[name] ?? null;

/** Of a list or an object that was not written the default is an empty one. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Files of secrets are named; a secret itself, or what stands for a user within an address, is not shown. */
export function masked(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(item => masked(item, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, masked(inner, field)]));
  if (typeof value !== 'string') return value;
  if (/(secret|password|passphrase|token|credential|authorization|key)s?$/i.test(name)) return MASK;
  if (!URL.canParse(value) || !/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
  const url = new URL(value);
  const parts = [...url.searchParams.keys()];
  if (url.username === '' && url.password === '' && parts.length === 0) return value;
  if (url.username !== '') url.username = MASK;
  if (url.password !== '') url.password = MASK;
  for (const part of parts) url.searchParams.set(part, MASK);
  return url.href;
}
