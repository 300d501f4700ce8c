import {InferenceSession, listSupportedBackends, Tensor} from 'onnxruntime-node';
import {expectedOutputs} from './kinds/kinds.ts';
import {checkOutput, type Outputs} from './kinds/outputs.ts';
import type {Model} from './registry.ts';

export type Run = (tensor: Float32Array, images: number) => Promise<Outputs>;

/**
 * A model ready to run. `run` blocks the thread that calls it: outside tests it is called in processes of its own only.
 * @param provider as the runtime calls it: "cpu", or one for a graphics card
 * @returns a function from a tensor of n images, laid out as the card says, to the outputs that the card promises, each
 * checked; it throws where the model gives something else
 * @throws Error when the runtime cannot open the model, or has no such provider
 */
export async function openSession({card, onnx}: Model, provider = 'cpu'): Promise<Run> {
  const backends = listSupportedBackends().map(({name}) => name);
  if (!backends.includes(provider)) {
    throw new Error(`there is no execution provider "${provider}" here, only ${backends.join(', ')}`);
  }
  const session = await create(onnx, provider);
  const {input} = card;
  const expected = expectedOutputs(card);
  const wanted = expected.map(({name}) => name);
  return async (tensor, images) => {
    const shape = [images, input.channels, input.height, input.width];
    const outputs = await session.run({[input.name]: new Tensor('float32', tensor, shape)}, wanted);
    for (const one of expected) checkOutput(one, outputs, images);
    return outputs;
  };
}

// One thread a session: images are what is run in parallel, and sums come out the same on every machine's core count.
async function create(onnx: Uint8Array, provider: string): Promise<InferenceSession> {
  const options = {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  } as const;
  try {
    return await InferenceSession.create(onnx, options);
  } catch (error) {
    if (provider === 'cpu') throw error;
    const [why] = (error as Error).message.split('\n');
    throw new Error(`the execution provider "${provider}" cannot be used here (${why})`, {cause: error});
  }
}
