import type {Factor, Frame} from './frame.ts';

/** "The value is missing" as a factor of its own: a skipped step or a scanner that failed can be the cause. */
export interface Missing {
  factor: Extract<Factor, {kind: 'category'}>;
  /** Other factors that miss exactly the same parts: one test for all of them. */
  twins: string[];
}

/** One candidate for every distinct set of parts that some factor misses; NaN outcomes are left out. */
export function missingFactors(frame: Frame, keep: Uint8Array): Missing[] {
  const found = new Map<string, Missing[]>();
  const result: Missing[] = [];
  for (const factor of frame.factors) {
    const codes = missingCodes(factor, frame.parts, keep);
    if (codes === null) continue;
    const key = signature(codes);
    const alike = found.get(key) ?? [];
    found.set(key, alike);
    const twin = alike.find(other => other.factor.codes.every((code, i) => code === codes[i]));
    if (twin) {
      twin.twins.push(factor.name);
      continue;
    }
    const {name, step, stepOrder, branch} = factor;
    const missing: Missing = {
      factor: {name, step, stepOrder, branch, kind: 'category', codes, levels: ['missing', 'known']},
      twins: [],
    };
    alike.push(missing);
    result.push(missing);
  }
  return result;
}

/** 0 = missing, 1 = known; null where all or none of the rows kept are missing. */
function missingCodes(factor: Factor, parts: number, keep: Uint8Array): Int32Array | null {
  const codes = new Int32Array(parts);
  let [known, missing] = [0, 0];
  for (let i = 0; i < parts; i++) {
    codes[i] = factor.kind === 'category' ? Number(factor.codes[i] >= 0) : Number(!Number.isNaN(factor.values[i]));
    if (!keep[i]) continue;
    if (codes[i] === 1) known++;
    else missing++;
  }
  return known > 0 && missing > 0 ? codes : null;
}

function signature(codes: Int32Array): string {
  let [one, two] = [0x811c9dc5, 0];
  for (let i = 0; i < codes.length; i++) {
    one = Math.imul(one ^ (codes[i] + i), 0x01000193);
    two += codes[i];
  }
  return `${one}/${two}`;
}
