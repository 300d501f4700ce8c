/**
 * Rules that find a point or a run of points which a process in control would seldom show. Points are standardised:
 * (value - centre) / standard error. What Nelson numbers 1 to 8.
 * @see Nelson (1984), J. Quality Technology 16:237; Western Electric (1956), Statistical Quality Control Handbook
 */
export interface RunRule {
  id: string;
  text: string;
  /** For charts whose points are neither symmetric nor independent (R, S, MR) only some rules mean anything. */
  anyChart: boolean;
  /** Whether the run that ends at `i` breaks the rule; `from` is the first point of the stage. */
  broken: (z: Float64Array, i: number, from: number) => boolean;
}

const RULES: readonly RunRule[] = [
  {
    id: '1',
    text: 'beyond a control limit',
    anyChart: true,
    broken: (z, i) => Math.abs(z[i]) > 3,
  },
  sameSide('2', 9),
  {
    id: '3',
    text: '6 points in a row rising or falling',
    anyChart: true,
    broken: (z, i, from) => monotone(z, i, from, 6, 1) || monotone(z, i, from, 6, -1),
  },
  {
    id: '4',
    text: '14 points in a row alternating up and down',
    anyChart: true,
    broken: (z, i, from) => {
      if (i - from < 13) return false;
      for (let k = i - 11; k <= i; k++) if (!((z[k] - z[k - 1]) * (z[k - 1] - z[k - 2]) < 0)) return false;
      return true;
    },
  },
  beyondOnOneSide('5', 2, 3, 2),
  beyondOnOneSide('6', 4, 5, 1),
  {
    id: '7',
    text: '15 points in a row within one standard error of the centre',
    anyChart: false,
    broken: (z, i, from) => allOf(z, i, from, 15, value => Math.abs(value) < 1),
  },
  {
    id: '8',
    text: '8 points in a row, none within one standard error of the centre',
    anyChart: false,
    broken: (z, i, from) => allOf(z, i, from, 8, value => Math.abs(value) > 1),
  },
];

const rule = (id: string): RunRule => RULES.find(r => r.id === id)!;

/** Rule sets by name. The default is the limits alone: every further rule costs false alarms. */
export const RULE_SETS: Readonly<Record<string, readonly RunRule[]>> = {
  limits: [rule('1')],
  'western-electric': [rule('1'), rule('5'), rule('6'), sameSide('2', 8)],
  nelson: RULES,
};

/**
 * Which rules each point of one stage breaks, told at the last point of a run. A NaN point ends every run; a point on the
 * centre line is on neither side, and of two equal neighbours neither is higher.
 */
export function brokenRules(z: Float64Array, rules: readonly RunRule[]): string[][] {
  let from = 0;
  return Array.from(z, (value, i) => {
    if (Number.isNaN(value)) {
      from = i + 1;
      return [];
    }
    return rules.filter(({broken}) => broken(z, i, from)).map(({id}) => id);
  });
}

function sameSide(id: string, points: number): RunRule {
  return {
    id,
    text: `${points} points in a row on one side of the centre`,
    anyChart: true,
    broken: (z, i, from) => allOf(z, i, from, points, v => v > 0) || allOf(z, i, from, points, v => v < 0),
  };
}

/** `few` of `many` points in a row beyond `distance` on one side, the last of them among the few. */
function beyondOnOneSide(id: string, few: number, many: number, distance: number): RunRule {
  return {
    id,
    text: `${few} of ${many} points in a row beyond ${distance} standard error${distance === 1 ? '' : 's'} on one side`,
    anyChart: false,
    broken: (z, i, from) =>
      [1, -1].some(side => {
        if (!(side * z[i] > distance)) return false;
        let beyond = 0;
        for (let k = Math.max(from, i - many + 1); k <= i; k++) if (side * z[k] > distance) beyond++;
        return beyond >= few;
      }),
  };
}

function allOf(z: Float64Array, i: number, from: number, points: number, holds: (value: number) => boolean): boolean {
  if (i - from + 1 < points) return false;
  for (let k = i - points + 1; k <= i; k++) if (!holds(z[k])) return false;
  return true;
}

function monotone(z: Float64Array, i: number, from: number, points: number, direction: 1 | -1): boolean {
  if (i - from + 1 < points) return false;
  for (let k = i - points + 2; k <= i; k++) if (!(direction * (z[k] - z[k - 1]) > 0)) return false;
  return true;
}
