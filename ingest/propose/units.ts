/** Units as plants write them in the headers of columns, and how they end a parameter's name. */

/** Spelling -> the end of a parameter's name. */
// biome-ignore format: one line a kind of quantity
const UNITS: Readonly<Record<string, string>> = {
  nm: 'nm', µm: 'um', μm: 'um', um: 'um', mm: 'mm', cm: 'cm', m: 'm', in: 'in', inch: 'in', ft: 'ft',
  Nm: 'nm', 'N·m': 'nm', 'N*m': 'nm', Ncm: 'ncm', 'in-lb': 'inlb', 'lbf-in': 'inlb', 'ft-lb': 'ftlb', 'lbf-ft': 'ftlb',
  N: 'n', kN: 'kn', lbf: 'lbf', kg: 'kg', g: 'g', mg: 'mg', lb: 'lb', t: 't',
  bar: 'bar', mbar: 'mbar', Pa: 'pa', hPa: 'hpa', kPa: 'kpa', MPa: 'mpa', psi: 'psi',
  '°C': 'degc', C: 'degc', degC: 'degc', '°F': 'degf', F: 'degf', degF: 'degf', K: 'k',
  s: 's', sec: 's', sek: 's', ms: 'ms', µs: 'us', us: 'us', min: 'min', h: 'h', Hz: 'hz', kHz: 'khz', MHz: 'mhz', rpm: 'rpm',
  '1/min': 'rpm', 'U/min': 'rpm', 'mm/s': 'mm_s', 'm/s': 'm_s', 'm/min': 'm_min', 'mm/min': 'mm_min', 'l/min': 'l_min',
  'm/s²': 'm_s2', V: 'v', mV: 'mv', kV: 'kv', A: 'a', mA: 'ma', µA: 'ua', Ω: 'ohm', Ohm: 'ohm', ohm: 'ohm', kΩ: 'kohm', mΩ: 'mohm',
  W: 'w', kW: 'kw', kWh: 'kwh', J: 'j', '%': 'pct', pct: 'pct', ppm: 'ppm', '°': 'deg', deg: 'deg', Grad: 'deg', dB: 'db',
  l: 'l', ml: 'ml', mL: 'ml', 'g/cm³': 'g_cm3', 'kg/m³': 'kg_m3', mPas: 'mpas', 'mPa·s': 'mpas', 'mPa*s': 'mpas', HRC: 'hrc',
};
/** Ends of names, behind an underscore, that say a unit beyond doubt; one letter may mean anything. */
const ENDINGS = new Set(
  Object.values(UNITS).filter(end => end.length > 1 && !['in', 'min', 'deg', 'inlb'].includes(end)),
);
const SPELLING_OF = new Map(
  Object.entries(UNITS)
    .reverse()
    .map(([spelling, end]) => [end, spelling]),
);

export interface Header {
  /** The header without its unit. */
  base: string;
  /** As it was written. */
  unit: string | null;
  /** How sure it is that this is a unit. */
  confidence: number;
}

/** Takes `Torque [Nm]`, `Weg (mm)`, `Zeit in s`, `bore_depth_mm` apart. */
export function takeUnit(header: string): Header {
  const bracketed = /^(.*\S)\s*[[(<{]\s*([^\])>}]+?)\s*[\])>}]\s*$/.exec(header);
  if (bracketed && isUnit(bracketed[2])) return {base: bracketed[1], unit: bracketed[2], confidence: 0.95};
  const worded = /^(.*\S)\s+in\s+(\S+)$/.exec(header);
  if (worded && isUnit(worded[2])) return {base: worded[1], unit: worded[2], confidence: 0.85};
  const ending = /^(.*[^_])_([A-Za-z]+)$/.exec(header);
  if (ending && ENDINGS.has(ending[2].toLowerCase())) {
    // Nm and nm end alike: where the case says nothing, torque is in Nm.
    const end = ending[2].toLowerCase();
    const unit =
      isUnit(ending[2]) && ending[2] !== end ? ending[2] : end === 'nm' ? 'Nm' : (SPELLING_OF.get(end) ?? end);
    return {base: ending[1], unit, confidence: end === 'nm' ? 0.6 : 0.8};
  }
  return {base: header, unit: null, confidence: 0};
}

const isUnit = (text: string): boolean => Object.hasOwn(UNITS, text) || Object.hasOwn(UNITS, text.replace('μ', 'µ'));

/** A parameter's name as filters can say it: `Torque [Nm]` becomes `torque_nm`. */
export function parameterName({base, unit}: Header): string {
  const name = plainWords(base).replaceAll(' ', '_');
  const whole = /^\d/.test(name) ? `c${name}` : name || 'column';
  return unit === null ? whole : `${whole}_${UNITS[unit] ?? UNITS[unit.replace('μ', 'µ')]}`;
}

/** Lower case, without signs and umlauts, words apart: `PrüfzeitEnde` becomes `pruefzeit ende`. */
export function plainWords(text: string): string {
  return text
    .replaceAll('ß', 'ss')
    .replaceAll(/[äÄ]/g, 'ae')
    .replaceAll(/[öÖ]/g, 'oe')
    .replaceAll(/[üÜ]/g, 'ue')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
