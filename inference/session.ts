import {InferenceSession, Tensor} from 'onnxruntime-node';
import type {Model} from './registry.ts';

/** What the model says about one image. */
export interface Answer {
  /** One a class, as the model gives them. */
  scores: number[];
  /** One a class; they add up to one. */
  probabilities: number[];
  /** x, y, width, height in shares of the image. */
  box: number[] | null;
}

/**
 * A model ready to run. `run` blocks the thread that calls it: outside tests it is called in workers only.
 * @returns a function from a tensor of n images, laid out as the card says, to n answers; or, for an answer that is no
 *   number, the reason
 */
export async function openSession({card, onnx}: Model) {
  const {input, outputs, classes} = card;
  // One thread a session: images are what is run in parallel, and sums come out the same on every machine's core count.
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const wanted = outputs.box ? [outputs.scores.name, outputs.box.name] : [outputs.scores.name];
  return async (tensor: Float32Array, images: number): Promise<(Answer | {reason: string})[]> => {
    const shape = [images, input.channels, input.height, input.width];
    const answer = await session.run({[input.name]: new Tensor('float32', tensor, shape)}, wanted);
    const scores = rowsOf(answer[outputs.scores.name], outputs.scores.name, images, classes.length);
    const boxes = outputs.box ? rowsOf(answer[outputs.box.name], outputs.box.name, images, 4) : null;
    return scores.map((row, k) => {
      const box = boxes ? boxes[k] : null;
      if (![...row, ...(box ?? [])].every(Number.isFinite))
        return {reason: 'the model gave an answer that is no number'};
      return {scores: row, probabilities: outputs.scores.kind === 'logits' ? softmax(row) : row, box};
    });
  };
}

/** @throws if the output has not the shape that the card promises */
function rowsOf(tensor: Tensor, name: string, images: number, columns: number): number[][] {
  const {dims, data} = tensor;
  if (dims.length !== 2 || dims[0] !== images || dims[1] !== columns || !(data instanceof Float32Array)) {
    throw new Error(`the model's output '${name}' is [${dims.join(', ')}], the card says [${images}, ${columns}]`);
  }
  return Array.from({length: images}, (_, k) => Array.from(data.subarray(k * columns, (k + 1) * columns)));
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map(logit => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map(power => power / total);
}
