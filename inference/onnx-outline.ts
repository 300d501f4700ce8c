/**
 * The outline of an ONNX file, read without running any of it: enough to refuse a model before native code sees it.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 for the field numbers
 */
export interface OnnxOutline {
  inputs: OnnxTensor[];
  outputs: OnnxTensor[];
  /** Operator sets other than ONNX's own. */
  customDomains: string[];
  /** Names of the weights that are kept in another file. */
  externalWeights: string[];
}

export interface OnnxTensor {
  name: string;
  /** `TensorProto.DataType`: 1 is float32. */
  elementType: number;
  /** A number where the size is fixed, a name or null where it is free. */
  shape: (number | string | null)[];
}

/** @throws RangeError or SyntaxError where the bytes are not a protobuf message with a graph in it */
export function outlineOnnx(bytes: Uint8Array): OnnxOutline {
  const outline: OnnxOutline = {inputs: [], outputs: [], customDomains: [], externalWeights: []};
  const domains = new Set<string>();
  let graphs = 0;
  for (const {field, content} of messages(bytes)) {
    if (field === MODEL.graph) {
      graphs++;
      readGraph(content, outline, domains);
    } else if (field === MODEL.opsetImport) domains.add(textOf(content, OPSET_DOMAIN));
    else if (field === MODEL.function) domains.add('local functions');
  }
  if (graphs !== 1) throw new SyntaxError(`${graphs} graphs`);
  outline.customDomains = [...domains].filter(domain => domain !== '' && domain !== 'ai.onnx');
  return outline;
}

const MODEL = {graph: 7, opsetImport: 8, function: 25};
const OPSET_DOMAIN = 1;
const GRAPH = {node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15};
const NODE = {attribute: 5, domain: 7};
const ATTRIBUTE = {tensor: 5, graph: 6, tensors: 10, graphs: 11};
const TENSOR = {name: 8, externalData: 13, dataLocation: 14};
const VALUE = {name: 1, type: 2};
const TYPE_TENSOR = 1;
const TENSOR_TYPE = {elementType: 1, shape: 2};
const SHAPE_DIMENSION = 1;
const DIMENSION = {value: 1, parameter: 2};

function readGraph(bytes: Uint8Array, outline: OnnxOutline, domains: Set<string>): void {
  const weights = new Set<string>();
  const [inputs, outputs]: OnnxTensor[][] = [[], []];
  for (const {field, content} of messages(bytes)) {
    if (field === GRAPH.initializer) weights.add(readWeights(content, outline));
    else if (field === GRAPH.sparseInitializer) outline.externalWeights.push('a sparse tensor');
    else if (field === GRAPH.input) inputs.push(readTensor(content));
    else if (field === GRAPH.output) outputs.push(readTensor(content));
    else if (field === GRAPH.node) readNode(content, outline, domains);
  }
  // Until IR version 4 weights were listed among the inputs.
  outline.inputs = inputs.filter(({name}) => !weights.has(name));
  outline.outputs = outputs;
}

function readNode(bytes: Uint8Array, outline: OnnxOutline, domains: Set<string>): void {
  domains.add(textOf(bytes, NODE.domain));
  for (const node of messages(bytes)) {
    if (node.field !== NODE.attribute) continue;
    for (const {field, content} of messages(node.content)) {
      if (field === ATTRIBUTE.tensor || field === ATTRIBUTE.tensors) readWeights(content, outline);
      // The graph inside a loop or a condition: its names are its own, its weights and operators are not.
      else if (field === ATTRIBUTE.graph || field === ATTRIBUTE.graphs) {
        const inner: OnnxOutline = {
          inputs: [],
          outputs: [],
          customDomains: [],
          externalWeights: outline.externalWeights,
        };
        readGraph(content, inner, domains);
      }
    }
  }
}

/** @returns the name of the weights */
function readWeights(bytes: Uint8Array, outline: OnnxOutline): string {
  const name = textOf(bytes, TENSOR.name);
  for (const {field, value} of fields(bytes)) {
    if (field === TENSOR.externalData || (field === TENSOR.dataLocation && value !== 0)) {
      outline.externalWeights.push(name);
      break;
    }
  }
  return name;
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const tensor: OnnxTensor = {name: textOf(bytes, VALUE.name), elementType: 0, shape: []};
  for (const type of messages(bytes)) {
    if (type.field !== VALUE.type) continue;
    for (const {field, content} of messages(type.content)) {
      if (field !== TYPE_TENSOR) continue;
      for (const part of fields(content)) {
        if (part.field === TENSOR_TYPE.elementType) tensor.elementType = part.value;
        else if (part.field === TENSOR_TYPE.shape && part.content) tensor.shape = readShape(part.content);
      }
    }
  }
  return tensor;
}

function readShape(bytes: Uint8Array): OnnxTensor['shape'] {
  const shape: OnnxTensor['shape'] = [];
  for (const {field, content} of messages(bytes)) {
    if (field !== SHAPE_DIMENSION) continue;
    let size: number | string | null = null;
    for (const part of fields(content)) {
      if (part.field === DIMENSION.value) size = part.value;
      else if (part.field === DIMENSION.parameter && part.content) size = Buffer.from(part.content).toString();
    }
    shape.push(size);
  }
  return shape;
}

function textOf(bytes: Uint8Array, wanted: number): string {
  for (const {field, content} of messages(bytes)) if (field === wanted) return Buffer.from(content).toString();
  return '';
}

interface Field {
  field: number;
  /** Of a number. */
  value: number;
  /** Of a text, a message or packed numbers. */
  content: Uint8Array | null;
}

function* messages(bytes: Uint8Array): Generator<{field: number; content: Uint8Array}> {
  for (const {field, content} of fields(bytes)) if (content) yield {field, content};
}

/** @see https://protobuf.dev/programming-guides/encoding */
function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= bytes.length || scale > 2 ** 63) throw new RangeError('a number does not end');
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    if (length > bytes.length - at) throw new RangeError(`${length} bytes announced, ${bytes.length - at} left`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield {field, value: varint(), content: null};
    else if (wire === 2) yield {field, value: 0, content: take(varint())};
    else if (wire === 1) take(8);
    else if (wire === 5) take(4);
    else throw new SyntaxError(`wire type ${wire}`);
  }
}
