/** Published gage studies, by part, appraiser and trial. */

const byRows = (text: string, appraisers: number) =>
  text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .map(row => {
      const trials = row.length / appraisers;
      return Array.from({length: appraisers}, (_, j) => row.slice(j * trials, (j + 1) * trials));
    });

/** AIAG (2010), Measurement Systems Analysis, 4th ed., gasket study: 10 parts, appraisers A, B, C, 3 trials; Minitab's gageaiag. */
export const gaskets = byRows(
  ` 0.29  0.41  0.64   0.08  0.25  0.07   0.04 -0.11 -0.15
   -0.56 -0.68 -0.58  -0.47 -1.22 -0.68  -1.38 -1.13 -0.96
    1.34  1.17  1.27   1.19  0.94  1.34   0.88  1.09  0.67
    0.47  0.50  0.64   0.01  1.03  0.20   0.14  0.20  0.11
   -0.80 -0.92 -0.84  -0.56 -1.20 -1.28  -1.46 -1.07 -1.45
    0.02 -0.11 -0.21  -0.20  0.22  0.06  -0.29 -0.67 -0.49
    0.59  0.75  0.66   0.47  0.55  0.83   0.02  0.01  0.21
   -0.31 -0.20 -0.17  -0.63  0.08 -0.34  -0.46 -0.56 -0.49
    2.26  1.99  2.01   1.80  2.12  2.19   1.77  1.45  1.87
   -1.36 -1.25 -1.31  -1.68 -1.62 -1.50  -1.49 -1.77 -2.16`,
  3,
);

/** Houf & Berman (1988), IEEE Trans. Compon. Hybrids Manuf. Technol. 11:516: thermal impedance of 10 power modules, 3 inspectors, 3 tests. */
export const thermal = byRows(
  `37 38 37 41 41 40 41 42 41
   42 41 43 42 42 42 43 42 43
   30 31 31 31 31 31 29 30 28
   42 43 42 43 43 43 42 42 42
   28 30 29 29 30 29 31 29 29
   42 42 43 45 45 45 44 46 45
   25 26 27 28 28 30 29 27 27
   40 40 40 43 42 42 43 43 41
   25 25 25 27 29 28 26 26 26
   35 34 34 35 35 34 35 34 35`,
  3,
);

/** A nested study: appraisers A, B, C, five batches each, two values a batch (JASP's example data). By appraiser and batch. */
export const nested = byRows(
  `33.4 33.2 32.4 31.7 34.4 34.5 33.9 34.5 34.5 34.7
   32.5 32.1 32.1 32.3 35.1 34.7 32.4 33.1 34.8 34.9
   32.6 32.7 32.3 32.1 34.9 34.7 33   33.2 31.6 30.9`,
  5,
);

/** AIAG (2010), 4th ed., linearity study: five reference parts, twelve trials each. */
export const sizes: Record<number, number[]> = {
  2: [2.7, 2.5, 2.4, 2.5, 2.7, 2.3, 2.5, 2.5, 2.4, 2.4, 2.6, 2.4],
  4: [5.1, 3.9, 4.2, 5, 3.8, 3.9, 3.9, 3.9, 3.9, 4, 4.1, 3.8],
  6: [5.8, 5.7, 5.9, 5.9, 6, 6.1, 6, 6.1, 6.4, 6.3, 6, 6.1],
  8: [7.6, 7.7, 7.8, 7.7, 7.8, 7.8, 7.8, 7.7, 7.8, 7.5, 7.6, 7.7],
  10: [9.1, 9.3, 9.5, 9.3, 9.4, 9.5, 9.5, 9.5, 9.6, 9.2, 9.3, 9.4],
};

/** Black spots on plain bearings (data of JASP's quality module): 15 parts, three trials, Y is good; then the reference. */
export const bearings = {
  EG: 'YYY NNN YYY YNN YYY YYY YYY NNN NNN YYY NNN YYY YYY NNN YYY',
  BL: 'YYY NNN YYY YNN YYY YYY NNN NNN NNN YYY NNN YYY YYY NNN YYY',
  MH: 'YYY YYY YYY YYY YYY YYY YYY NNY YNN YYY YNY YYY YYY NNN YYY',
  reference: 'Y N Y Y Y N Y N N Y N Y Y Y Y',
};
