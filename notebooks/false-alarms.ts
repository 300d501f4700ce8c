/** A simulation: how often a test accuses a tool that did nothing, when parts share their fate with their lot. */

export interface FalseAlarms {
  correlation: number;
  /** Share of the innocent plants in which the test that counts parts accuses. */
  byParts: number;
  /** The same for the test that counts lots. */
  byLots: number;
  plants: number;
}

/** The 0.975 quantile of the normal distribution; its square is the 0.95 quantile of chi-squared with one degree of freedom. */
const Z = 1.959963984540054;

/**
 * Makes plants in which nothing is to blame: each lot's defects are beta-binomial, and a coin decides which of two tools it
 * met. Both tests promise to accuse the tool in 5 % of them.
 * @param sizes parts in each lot; at least three lots
 * @param options rate: of defective parts; correlation: of two parts of a lot, from 0 to below 1; plants: how many to make
 */
export function falseAlarms(
  sizes: readonly number[],
  {rate, correlation, plants, seed}: {rate: number; correlation: number; plants: number; seed: number},
): FalseAlarms {
  const draw = random(seed);
  const cumulative = new Map([...new Set(sizes)].map(size => [size, cumulated(betaBinomial(size, rate, correlation))]));
  const lotCritical = studentQuantile(sizes.length - 2);
  let [byParts, byLots] = [0, 0];
  for (let plant = 0; plant < plants; plant++) {
    const lots = sizes.map(parts => ({
      parts,
      defective: inverted(cumulative.get(parts)!, draw()),
      exposed: draw() < 0.5,
    }));
    if (partChiSquared(lots) > Z ** 2) byParts++;
    if (Math.abs(lotScore(lots)) > lotCritical) byLots++;
  }
  return {correlation, byParts: byParts / plants, byLots: byLots / plants, plants};
}

interface SimulatedLot {
  parts: number;
  defective: number;
  exposed: boolean;
}

/** Pearson's chi-squared of tool against outcome, as if every part had been made on its own; 0 where a margin is empty. */
export function partChiSquared(lots: readonly SimulatedLot[]): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (const {parts, defective, exposed} of lots) {
    if (exposed) [a, b] = [a + defective, b + parts - defective];
    else [c, d] = [c + defective, d + parts - defective];
  }
  const margins = (a + b) * (c + d) * (a + c) * (b + d);
  return margins === 0 ? 0 : ((a + b + c + d) * (a * d - b * c) ** 2) / margins;
}

/**
 * Score test of the same question, whose variance comes from how much lots differ: each lot is one observation, its
 * defects beyond what its size would lead to expect. About Student's t with two degrees of freedom fewer than lots.
 * @see Boos (1992), Am. Stat. 46:327, on generalized score tests
 */
export function lotScore(lots: readonly SimulatedLot[]): number {
  const sum = (of: (lot: SimulatedLot) => number) => lots.reduce((total, lot) => total + of(lot), 0);
  const parts = sum(lot => lot.parts);
  const rate = sum(lot => lot.defective) / parts;
  const share = sum(lot => (lot.exposed ? lot.parts : 0)) / parts;
  const term = (lot: SimulatedLot) => ((lot.exposed ? 1 : 0) - share) * (lot.defective - rate * lot.parts);
  const variance = sum(lot => term(lot) ** 2);
  return variance === 0 ? 0 : sum(term) / Math.sqrt(variance);
}

/** Probabilities of 0 to `size` defective parts in a lot whose risk is drawn from a beta distribution. */
export function betaBinomial(size: number, rate: number, correlation: number): number[] {
  // Without correlation every lot has the same risk, and this the limit of the ratios below.
  const strength = correlation === 0 ? 1e12 : (1 - correlation) / correlation;
  const [a, b] = [rate * strength, (1 - rate) * strength];
  let probability = 1;
  for (let i = 0; i < size; i++) probability *= (b + i) / (strength + i);
  const probabilities = [probability];
  for (let k = 0; k < size; k++) {
    probability *= ((size - k) * (a + k)) / ((k + 1) * (b + size - k - 1));
    probabilities.push(probability);
  }
  return probabilities;
}

/** The 0.975 quantile of Student's t. @see Abramowitz & Stegun (1964), 26.7.5 */
export function studentQuantile(freedom: number): number {
  return (
    Z +
    (Z ** 3 + Z) / (4 * freedom) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * freedom ** 3)
  );
}

function cumulated(probabilities: readonly number[]): number[] {
  let total = 0;
  return probabilities.map(probability => {
    total += probability;
    return total;
  });
}

function inverted(cumulative: readonly number[], u: number): number {
  const k = cumulative.findIndex(share => u < share);
  return k < 0 ? cumulative.length - 1 : k;
}

/** Numbers in [0, 1), the same for the same seed. @see the generator mulberry32 by Tommy Ettinger */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
