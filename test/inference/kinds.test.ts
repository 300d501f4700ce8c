/**
 * Each kind of model, run for real: models of a few operators that hand the pixels of an image on as their answer, so that
 * what has to come out can be computed by hand.
 */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import sharp from 'sharp';
import {describe, expect, onTestFinished, test} from 'vitest';
import {loadModel} from '../../inference/registry.ts';
import {collect} from './collect.ts';
import {type OnnxFile, onnxFile} from './onnx-writer.ts';
import {tinyFolder} from './tiny-model.ts';

const SIDE = 8;
const INPUT = {name: 'image', layout: 'NCHW', channels: 1, height: SIDE, width: SIDE, resize: 'bilinear', divideBy: 1};
const IMAGE = {name: 'image', shape: ['N', 1, SIDE, SIDE]};
const CLASSES = [
  {name: 'scratch', defect: 'scratch', severity: 3},
  {name: 'void', defect: 'void', severity: 8},
  {name: 'mark', defect: null, severity: null},
];

/** @param rows of samples, 8 x 8; missing ones are 0 */
async function judged(model: Omit<OnnxFile, 'inputs'>, card: object, ...images: number[][][]) {
  const folder = await tinyFolder(onnxFile({inputs: [IMAGE], ...model}), {input: INPUT, ...card});
  const pictures = await mkdtemp(join(tmpdir(), 'fishbone-kinds-'));
  onTestFinished(() => rm(pictures, {recursive: true}));
  for (const [k, rows] of images.entries()) {
    const samples = Buffer.alloc(SIDE * SIDE);
    for (const [y, row] of rows.entries()) for (const [x, sample] of row.entries()) samples[y * SIDE + x] = sample;
    const png = sharp(samples, {raw: {width: SIDE, height: SIDE, channels: 1}}).png();
    await writeFile(join(pictures, `${k}.png`), await png.toBuffer());
  }
  const {inspections, failures} = await collect([pictures], {model: folder, fileNames: '{part}', workers: 1});
  const told = inspections.map(({result, confidence, defects}) => ({
    result,
    confidence,
    defects: defects.map(({defect, confidence: c, x, y, width, height}) => [defect, c, x, y, width, height]),
  }));
  return {told, reasons: failures.map(({reason}) => reason)};
}

describe('a detector', () => {
  /** The samples as 8 boxes of 8 numbers, the first four as they are, the others in hundredths. */
  const ROWS = {
    nodes: [
      {operator: 'Reshape', inputs: ['image', 'shape'], outputs: ['rows']},
      {operator: 'Mul', inputs: ['rows', 'scale'], outputs: ['boxes']},
    ],
    constants: {shape: {int64: [0, 8, 8]}, scale: {float32: [1, 1, 1, 1, 0.01, 0.01, 0.01, 0.01]}},
  };
  const card = (overlap: number) => ({
    kind: 'detector',
    outputs: {
      boxes: {layout: 'rows', name: 'boxes', objectness: true},
      corners: 'cxcywh',
      units: 'pixels',
      scores: 'probabilities',
    },
    classes: CLASSES,
    thresholds: {fail: 0.5, overlap},
  });
  const OUTPUTS = [{name: 'boxes', shape: ['N', 8, 8]}];
  // Centre, size, objectness, then scratch, void and mark.
  const SCENE = [
    [2, 2, 2, 2, 100, 90, 5, 0],
    [2, 2, 2, 2, 100, 80, 0, 0],
    [2, 2, 2, 2, 100, 0, 70, 0],
    [6, 6, 2, 4, 50, 60, 0, 0],
    [5, 2, 2, 2, 80, 75, 0, 0],
    [6, 6, 2, 2, 100, 0, 0, 99],
    [3, 2, 2, 2, 100, 55, 0, 0],
  ];

  test('boxes of one class that overlap are one defect, of another class two; what is no defect is not told', async () => {
    const {told} = await judged({...ROWS, outputs: OUTPUTS}, card(0.5), SCENE, [[4, 4, 2, 2, 100, 30, 20, 90]]);
    expect(told).toEqual([
      {
        result: 'fail',
        confidence: 0.9,
        defects: [
          ['scratch', 0.9, 1, 1, 2, 2],
          ['void', 0.7, 1, 1, 2, 2],
          // 0.8 x 0.75; beside the first, so that nothing is shared.
          ['scratch', 0.6, 4, 1, 2, 2],
          // Shares 2 of 6 with its neighbours: a third.
          ['scratch', 0.55, 2, 1, 2, 2],
        ],
      },
      {result: 'pass', confidence: 0.7, defects: []},
    ]);
    const strict = await judged({...ROWS, outputs: OUTPUTS}, card(0.3), SCENE);
    expect(strict.told[0].defects).toHaveLength(3);
  });

  test('columns of boxes, two corners, shares, logits', async () => {
    const samples = Array.from({length: 8}, () => Array<number>(8).fill(0));
    // The third of eight boxes: x from 1/8 to 5/8, y from 2/8 to 4/8; the logit of its second class is 120 / 10 - 10.
    for (const [field, side] of [1, 2, 5, 4].entries()) samples[field][2] = side;
    samples[5][2] = 120;
    const scale = {float32: [...Array<number>(4).fill(1 / 8), ...Array<number>(4).fill(0.1)]};
    const shift = {float32: [0, 0, 0, 0, -10, -10, -10, -10]};
    const {told} = await judged(
      {
        nodes: [
          {operator: 'Unsqueeze', inputs: ['scale', 'one'], outputs: ['scales']},
          {operator: 'Unsqueeze', inputs: ['shift', 'one'], outputs: ['shifts']},
          {operator: 'Reshape', inputs: ['image', 'shape'], outputs: ['columns']},
          {operator: 'Mul', inputs: ['columns', 'scales'], outputs: ['scaled']},
          {operator: 'Add', inputs: ['scaled', 'shifts'], outputs: ['boxes']},
        ],
        constants: {shape: {int64: [0, 8, 8]}, scale, shift, one: {int64: [1]}},
        outputs: [{name: 'boxes', shape: ['N', 8, 'boxes']}],
      },
      {
        kind: 'detector',
        outputs: {boxes: {layout: 'columns', name: 'boxes'}, corners: 'xyxy', units: 'shares', scores: 'logits'},
        classes: [...CLASSES, {name: 'stain', defect: 'stain', severity: 1}],
        thresholds: {fail: 0.5, overlap: 0.5},
      },
      samples,
    );
    // 1 / (1 + exp(-2)); the others' are those of -10.
    expect(told).toEqual([{result: 'fail', confidence: 0.8808, defects: [['void', 0.8808, 1, 2, 4, 2]]}]);
  });

  test('boxes of an image that was letterboxed are told in its own pixels', async () => {
    // Whatever the image shows: centre (3, 4), 2 x 2.
    const folder = await tinyFolder(
      onnxFile({
        inputs: [IMAGE],
        nodes: [
          {operator: 'Reshape', inputs: ['image', 'shape'], outputs: ['rows']},
          {operator: 'Mul', inputs: ['rows', 'nothing'], outputs: ['zeros']},
          {operator: 'Add', inputs: ['zeros', 'box'], outputs: ['boxes']},
        ],
        constants: {
          shape: {int64: [0, 8, 8]},
          nothing: {float32: [0]},
          box: {float32: [3, 4, 2, 2, 1, 0.9, 0, 0]},
        },
        outputs: OUTPUTS,
      }),
      {...card(0.5), input: {...INPUT, resize: 'letterbox'}},
    );
    const pictures = await mkdtemp(join(tmpdir(), 'fishbone-kinds-'));
    onTestFinished(() => rm(pictures, {recursive: true}));
    const wide = sharp({create: {width: 16, height: 8, channels: 3, background: 'white'}});
    await wide.png().toFile(join(pictures, 'wide.png'));
    const {inspections} = await collect([pictures], {model: folder, fileNames: '{part}', workers: 1});
    // Half its size, two rows of padding above: x from 2 to 4 and y from 3 to 5 are 4 to 8 and 2 to 6.
    expect(inspections[0].defects).toMatchObject([{defect: 'scratch', x: 4, y: 2, width: 4, height: 4}]);
  });

  const SEPARATE = {
    nodes: [
      {operator: 'Reshape', inputs: ['image', 'shape'], outputs: ['rows']},
      {operator: 'Slice', inputs: ['rows', 'zero', 'four', 'two'], outputs: ['boxes']},
      {operator: 'Slice', inputs: ['rows', 'four', 'five', 'two'], outputs: ['hundredths']},
      {operator: 'Squeeze', inputs: ['hundredths', 'two'], outputs: ['flat']},
      {operator: 'Mul', inputs: ['flat', 'scale'], outputs: ['scores']},
      {operator: 'Slice', inputs: ['rows', 'five', 'six', 'two'], outputs: ['numbers']},
      {operator: 'Squeeze', inputs: ['numbers', 'two'], outputs: ['numbers2']},
      {operator: 'Cast', inputs: ['numbers2'], outputs: ['labels'], attributes: {to: 7}},
    ],
    constants: {
      shape: {int64: [0, 8, 8]},
      zero: {int64: [0]},
      two: {int64: [2]},
      four: {int64: [4]},
      five: {int64: [5]},
      six: {int64: [6]},
      scale: {float32: [0.01]},
    },
    outputs: [
      {name: 'boxes', shape: ['N', 'M', 4]},
      {name: 'scores', shape: ['N', 'M']},
      {name: 'labels', shape: ['N', 'M'], type: 7},
    ],
  };
  const SEPARATE_CARD = {
    kind: 'detector',
    outputs: {
      boxes: {layout: 'separate', boxes: 'boxes', scores: 'scores', labels: 'labels'},
      corners: 'xywh',
      units: 'pixels',
      scores: 'probabilities',
    },
    classes: CLASSES,
    thresholds: {fail: 0.5, overlap: 0.5},
  };

  test('boxes, scores and labels of their own; a label that the card does not have is no verdict', async () => {
    const {told, reasons} = await judged(
      SEPARATE,
      SEPARATE_CARD,
      [
        [1, 2, 3, 4, 88, 1],
        [0, 0, 8, 8, 97, 2],
      ],
      [[1, 2, 3, 4, 88, 7]],
      [[1, 2, 3, 4, 188, 1]],
    );
    expect(told[0]).toEqual({result: 'fail', confidence: 0.88, defects: [['void', 0.88, 1, 2, 3, 4]]});
    expect(told.slice(1).map(({result}) => result)).toEqual(['error', 'error']);
    expect(reasons).toEqual([
      'the model gave the label 7, the card has 3 classes',
      "the model's scores are no probabilities, as the card says: some are not within 0 and 1",
    ]);
  });

  test('a file that takes one image at a time is given one at a time', async () => {
    const alone = {...SEPARATE, constants: {...SEPARATE.constants, shape: {int64: [1, 8, 8]}}};
    const folder = await tinyFolder(onnxFile({inputs: [{...IMAGE, shape: [1, 1, 8, 8]}], ...alone}), {
      input: INPUT,
      ...SEPARATE_CARD,
    });
    expect((await loadModel(folder)).isAlone).toBe(true);
    const scene = (score: number) => [[1, 2, 3, 4, score, 0]];
    const {told} = await judged(alone, SEPARATE_CARD, ...[60, 70, 80].map(scene));
    expect(told.map(({confidence}) => confidence)).toEqual([0.6, 0.7, 0.8]);
  });

  test('a card that does not fit is refused with both shapes and with the number type', async () => {
    const refusal = async (model: Omit<OnnxFile, 'inputs'>, changes: object) => {
      const folder = await tinyFolder(onnxFile({inputs: [IMAGE], ...model}), {input: INPUT, ...changes});
      return loadModel(folder).then(
        () => 'opened',
        (error: Error) => error.message.replace(/^.* refused: /, ''),
      );
    };
    expect(await refusal({...ROWS, outputs: OUTPUTS}, {...card(0.5), classes: CLASSES.slice(0, 2)})).toBe(
      "output 'boxes' is [N, 8, 8], the card says [N, any, 7] (4 of the box, 1 of its objectness, 2 of classes)",
    );
    const measures = {...SEPARATE, outputs: [{...SEPARATE.outputs[0], type: 7}, ...SEPARATE.outputs.slice(1)]};
    expect(await refusal(measures, SEPARATE_CARD)).toBe("output 'boxes' is int64, not float32");
    expect(await refusal(SEPARATE, {...SEPARATE_CARD, kind: 'seer'})).toBe(
      'card.json: kind: must be "classifier", "detector", "segmenter" or "anomaly"',
    );
    expect(await refusal(SEPARATE, {...SEPARATE_CARD, thresholds: {fail: 0.5}})).toContain(
      'card.json: thresholds.overlap',
    );
  });
});

describe('a segmenter', () => {
  const card = (kind: string, classes: object[], areaPixels: number) => ({
    kind: 'segmenter',
    input: {...INPUT, divideBy: kind === 'logits' ? 1 : 100},
    outputs: {mask: {name: 'mask', kind}},
    classes,
    thresholds: {fail: 0.5, areaPixels},
  });

  test('regions of the least area are defects, with their box; suspicion is the level at which there is one', async () => {
    const {told} = await judged(
      {
        nodes: [{operator: 'Identity', inputs: ['image'], outputs: ['mask']}],
        outputs: [{name: 'mask', shape: IMAGE.shape}],
      },
      card('probabilities', CLASSES.slice(0, 1), 3),
      // A square of 4; a corner that touches another: 3 together; one alone that is too small.
      [
        [90, 80, 0, 0, 0, 0, 0, 0],
        [70, 95, 0, 0, 0, 0, 99, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 60, 0, 0, 0, 0],
        [0, 0, 55, 0, 0, 0, 0, 0],
        [0, 0, 0, 52, 0, 0, 0, 0],
      ],
      // No three at 50: the best three that touch reach 40.
      [
        [99, 45, 40, 0],
        [0, 0, 0, 0],
        [30, 30, 30, 0],
      ],
    );
    expect(told).toEqual([
      {
        result: 'fail',
        confidence: 0.8,
        defects: [
          ['scratch', 0.8, 0, 0, 2, 2],
          ['scratch', 0.52, 2, 3, 2, 3],
        ],
      },
      {result: 'pass', confidence: 0.6, defects: []},
    ]);
  });

  test('logits of several classes, on a mask of another size than the image', async () => {
    // 2 classes of 8 rows and 4 columns: the first four rows of samples are the good class.
    const rows = Array.from({length: 8}, (_, y) => Array<number>(8).fill(y < 4 ? 1 : 0));
    // Second class, mask row 3, columns 1 and 2: sample 32 + 3 * 4 + 1.
    rows[5][5] = 4;
    rows[5][6] = 3;
    const {told} = await judged(
      {
        nodes: [{operator: 'Reshape', inputs: ['image', 'shape'], outputs: ['mask']}],
        constants: {shape: {int64: [0, 2, 8, 4]}},
        outputs: [{name: 'mask', shape: ['N', 2, 'rows', 'columns']}],
      },
      card('logits', [{name: 'good', defect: null, severity: null}, CLASSES[1]], 4),
      rows,
    );
    // A cell is 1 x 2 pixels, so 4 pixels are two cells; the softmax of (1, 3) is 0.8808.
    expect(told).toEqual([{result: 'fail', confidence: 0.8808, defects: [['void', 0.8808, 2, 3, 4, 1]]}]);
  });
});

describe('an anomaly score', () => {
  const outputs = [
    {name: 'score', shape: ['N']},
    {name: 'map', shape: IMAGE.shape},
  ];
  const nodes = [
    {operator: 'ReduceMax', inputs: ['image'], outputs: ['score'], attributes: {axes: [1, 2, 3], keepdims: 0}},
    {operator: 'Identity', inputs: ['image'], outputs: ['map']},
  ];
  const card = {
    kind: 'anomaly',
    outputs: {score: {name: 'score', low: 10, high: 210}, map: {name: 'map'}},
    classes: CLASSES.slice(1, 2),
    thresholds: {fail: 0.5},
  };

  test('lies between low and high; the box is that of the region with the highest value', async () => {
    const {told} = await judged(
      {nodes, outputs},
      card,
      [
        [0, 0, 0, 0],
        [0, 150, 160, 0],
        [0, 0, 0, 0, 0, 0, 115],
      ],
      [[60, 20]],
      [[250]],
    );
    expect(told).toEqual([
      // (160 - 10) / 200
      {result: 'fail', confidence: 0.75, defects: [['void', 0.75, 1, 1, 2, 1]]},
      // (60 - 10) / 200
      {result: 'pass', confidence: 0.75, defects: []},
      {result: 'fail', confidence: 1, defects: [['void', 1, 0, 0, 1, 1]]},
    ]);
  });

  test('without a map, the defect has no box', async () => {
    const {told} = await judged(
      {nodes: nodes.slice(0, 1), outputs: outputs.slice(0, 1)},
      {...card, outputs: {score: card.outputs.score}},
      [[210]],
    );
    expect(told).toEqual([{result: 'fail', confidence: 1, defects: [['void', 1, null, null, null, null]]}]);
  });
});

test('a classifier whose "probabilities" do not add up to one gives no verdict', async () => {
  const {reasons} = await judged(
    {
      nodes: [
        {operator: 'Flatten', inputs: ['image'], outputs: ['flat']},
        {operator: 'Slice', inputs: ['flat', 'zero', 'three', 'one'], outputs: ['scores']},
      ],
      constants: {zero: {int64: [0]}, three: {int64: [3]}, one: {int64: [1]}},
      outputs: [{name: 'scores', shape: ['N', 3]}],
    },
    {outputs: {scores: {name: 'scores', kind: 'probabilities'}}, classes: CLASSES},
    [[0, 1, 1]],
    [[0, 1, 0]],
  );
  expect(reasons).toEqual(["the model's scores are no probabilities, as the card says: they add up to 2.000"]);
});
