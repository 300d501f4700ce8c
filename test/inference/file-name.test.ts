import {expect, test} from 'vitest';
import {DEFAULT_FILE_NAMES, fileNamePattern} from '../../inference/file-name.ts';

test.each([
  [
    DEFAULT_FILE_NAMES,
    'HX200-000017_final_20250301T061500Z_CAM-1.png',
    {part: 'HX200-000017', step: 'final', station: 'CAM-1', inspected_at: '2025-03-01T06:15:00.000Z'},
  ],
  // Only the first field may contain the separator.
  [
    DEFAULT_FILE_NAMES,
    'HX_200_17_final_20250301T061500+0100_CAM-1.jpg',
    {part: 'HX_200_17', step: 'final', station: 'CAM-1', inspected_at: '2025-03-01T05:15:00.000Z'},
  ],
  ['{part}', 'A.1.tiff', {part: 'A.1', step: null, station: null, inspected_at: null}],
  ['img-{*}-{part}-x', 'img-0007-P9-x.png', {part: 'P9', step: null, station: null, inspected_at: null}],
  [
    '{station}@{at}@{part}',
    'C1@2024-02-29T23:59:59.5Z@P9.png',
    {part: 'P9', step: null, station: 'C1', inspected_at: '2024-02-29T23:59:59.500Z'},
  ],
])('%s reads %s', (pattern, name, expected) => {
  expect(fileNamePattern(pattern)(name)).toEqual(expected);
});

test.each([
  ['photo.png', "the file name 'photo.png' does not fit {part}_{step}_{at}_{station}"],
  [
    '_final_20250301T061500Z_C.png',
    "the file name '_final_20250301T061500Z_C.png' does not fit {part}_{step}_{at}_{station}",
  ],
  [
    'P_final_20250301T061500_C.png',
    "the file name 'P_final_20250301T061500_C.png' has no time with an offset: '20250301T061500'",
  ],
  [
    'P_final_20250231T061500Z_C.png',
    "the file name 'P_final_20250231T061500Z_C.png' has no time with an offset: '20250231T061500Z'",
  ],
])('%s is refused with the reason', (name, reason) => {
  expect(fileNamePattern(DEFAULT_FILE_NAMES)(name)).toEqual({reason});
});

test.each([
  ['{step}_{at}', "file names without {part}: '{step}_{at}'"],
  ['{part}_{lot}', 'unknown field {lot}: use {part}, {step}, {at}, {station}, {*}'],
  ['{part}{step}', "nothing separates two fields in '{part}{step}'"],
  ['{part}_{part}', "{part} stands twice in '{part}_{part}'"],
])('the pattern %s makes no sense', (pattern, message) => {
  expect(() => fileNamePattern(pattern)).toThrow(message);
});
