const Z = 1.959963984540054;

/** A share found in a sample: `n` may be fractional, an effective size. */
export interface Sampled {
  value: number;
  n: number;
}

/**
 * The true rate behind the rate that an imperfect inspector reports, its sensitivity and specificity known from samples that
 * have nothing to do with these parts. The 95 % interval carries the errors of all three.
 * @returns `value` within [0, 1]; `raw` before it was put there
 * @throws RangeError unless sensitivity + specificity > 1: such an inspector says nothing
 * @see Rogan & Gladen (1978), Am. J. Epidemiol. 107:71; the interval: Lang & Reiczigel (2014), Prev. Vet. Med. 113:13
 */
export function roganGladen(apparent: Sampled, sensitivity: Sampled, specificity: Sampled) {
  if (!(sensitivity.value + specificity.value > 1))
    throw new RangeError(
      `invalid sensitivity and specificity: ${sensitivity.value} + ${specificity.value} is not above 1`,
    );
  const raw = corrected(apparent.value, sensitivity.value, specificity.value);
  // One more of either kind for the inspector, z squared more for the parts, half of each kind: no share is 0 or 1.
  const se = (sensitivity.n * sensitivity.value + 1) / (sensitivity.n + 2);
  const sp = (specificity.n * specificity.value + 1) / (specificity.n + 2);
  const n = apparent.n + Z * Z;
  const ap = (apparent.n * apparent.value + (Z * Z) / 2) / n;
  const centre = corrected(ap, se, sp);
  const ofSensitivity = (se * (1 - se)) / (sensitivity.n + 2);
  const ofSpecificity = (sp * (1 - sp)) / (specificity.n + 2);
  const shift = 2 * Z * Z * (centre * ofSensitivity - (1 - centre) * ofSpecificity);
  const variance = (ap * (1 - ap)) / n + centre ** 2 * ofSensitivity + (1 - centre) ** 2 * ofSpecificity;
  const half = (Z * Math.sqrt(variance)) / (se + sp - 1);
  const value = within(raw);
  // So few known parts that the inspector may as well say nothing.
  if (se + sp <= 1) return {raw, value, low: 0, high: 1};
  return {
    raw,
    value,
    low: Math.min(value, within(centre + shift - half)),
    high: Math.max(value, within(centre + shift + half)),
  };
}

const corrected = (apparent: number, se: number, sp: number) => (apparent + sp - 1) / (se + sp - 1);

const within = (share: number) => Math.min(1, Math.max(0, share));
