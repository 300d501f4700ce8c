import '../../../ingest/feeds/opcua-quiet.ts';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {
  AttributeIds,
  type CallMethodRequestLike,
  type CallMethodResult,
  type ClientSession,
  DataType,
  type DataValue,
  type NodeId,
  type ReadValueIdOptions,
  type StatusCode,
  Variant,
  type WriteValueOptions,
} from 'node-opcua-client';
import {connectOpcua} from '../../../ingest/feeds/opcua-connect.ts';
import {sayable} from '../../../ingest/feeds/opcua-errors.ts';
import {nodeIdIn} from '../../../ingest/feeds/opcua-node-id.ts';
import {FishboneError} from '../../errors.ts';
import {redacted} from '../../redact.ts';
import {allowedUrl, resolveOnce} from './address.ts';
import {type AnyMessage, type Driver, isResponse, type LookUp, type Outcome} from './driver.ts';
import {Failed, lookedUp, Refused, settled} from './failure.ts';
import {type Adjustment, beyond, impossible, type OpcuaReceiver} from './opcua-settings.ts';

/** What was found before anything was written, and what is to be written. */
type Plan =
  | {node: string; type: string; before: number; target: number}
  /** `before`: of the node that confirms, where there is one. */
  | {call: string; arguments: (number | boolean | string)[]; before: unknown};

type Value = number | boolean | string;

interface Session {
  read(node: ReadValueIdOptions): Promise<DataValue>;
  write(node: WriteValueOptions): Promise<StatusCode>;
  call(method: CallMethodRequestLike): Promise<CallMethodResult>;
  namespaces(): Promise<string[]>;
}

/** Machines take a moment to show what was written. */
const READ_BACK_AFTER_MS = [0, 300, 1_500];
/** Statuses that leave open whether it was done. */
const OPEN =
  /Timeout|Communication|ConnectionClosed|ConnectionRejected|NoCommunication|Shutdown|ServerHalted|NotConnected/;
const WHOLE = /^(S?Byte|U?Int(16|32))$/;

/**
 * Adjusts a machine: looks, writes within the limits, and reads back. The value to be written is settled before it is
 * said that it is being written, so that a step is never made twice.
 * @throws FishboneError RECEIVER_INVALID for a host that is not allowed
 */
export function opcuaDriver(
  name: string,
  config: OpcuaReceiver,
  allowHosts: readonly string[],
  folder: string,
): Driver {
  const machine = new Machine(name, config, allowHosts, folder);
  return {
    prepare: async (message, earlier) => {
      let plan: Plan | null = null;
      const outcome = await settled(async () => {
        plan = await prepared(name, config, machine, message, earlier as Plan | undefined);
        return {is: 'acknowledged'};
      });
      return plan === null ? outcome : {is: 'prepared', plan};
    },
    send: (message, plan) =>
      settled(async () => {
        onTime(message);
        return 'target' in (plan as Plan) ? set(machine, plan as SetPlan) : called(machine, config, plan as CallPlan);
      }),
    lookUp: (_message, plan) =>
      lookedUp(async () => {
        if (plan === undefined) return {is: 'unknown'};
        const look =
          'target' in (plan as Plan) ? isSet(machine, plan as SetPlan) : isCalled(machine, config, plan as CallPlan);
        return look.catch((error: Error) => {
          // What cannot be relied on tells nothing, not even that nothing was done.
          throw error instanceof Refused ? new Failed(error.message, true) : error;
        });
      }),
  };
}
type SetPlan = Extract<Plan, {target: number}>;
type CallPlan = Extract<Plan, {call: string}>;

function onTime(message: AnyMessage): void {
  const {notAfter} = message as {notAfter?: string | null};
  if (notAfter && Date.now() > Date.parse(notAfter))
    throw new Refused(`it is too late: it was to be done before ${notAfter}; nothing was written`);
}

/** @throws Refused for what is outside of the limits */
async function prepared(
  name: string,
  config: OpcuaReceiver,
  machine: Machine,
  message: AnyMessage,
  earlier?: Plan,
): Promise<Plan> {
  if (!isResponse(message) || message.action !== 'adjust')
    throw new Refused(`${name} takes no ${message.action}: it only adjusts`);
  onTime(message);
  const wanted = message.content as Adjustment;
  const never = impossible(config, wanted);
  if (never !== null) throw new Refused(`${never}; nothing was written`);
  if (wanted.call !== undefined) {
    const {confirm} = config.methods[wanted.call];
    const before = confirm ? await machine.use(session => read(session, confirm.node)) : null;
    return {call: wanted.call, arguments: wanted.arguments ?? [], before: before?.value ?? null};
  }
  const {set: what = '', value, step = 0} = wanted;
  const limits = config.nodes[what];
  const {value: before, type} = await machine.use(session => read(session, limits.node));
  if (typeof before !== 'number') throw new Refused(`${what} is a ${type}, not a number; nothing was written`);
  // A step is counted from where it began first: an earlier attempt may have made it, or still make it.
  const target = earlier && 'target' in earlier ? earlier.target : (value ?? rounded(before + step));
  const why =
    beyond(what, target, limits) ??
    (Math.abs(target - before) > limits.maxStep
      ? `from ${before} to ${target} is more than the maxStep ${limits.maxStep} of ${what}`
      : null) ??
    (WHOLE.test(type) && !Number.isInteger(target) ? `${what} is an ${type}, and ${target} is no whole number` : null);
  if (why !== null) throw new Refused(`${why}; nothing was written`);
  return {node: limits.node, type, before, target};
}

async function set(machine: Machine, {node, type, target}: SetPlan): Promise<Outcome> {
  return machine.use(async (session, wrote) => {
    const dataType = DataType[type as keyof typeof DataType];
    const value = {value: new Variant({dataType, value: target})};
    const nodeId = await nodeIdOf(session, node);
    wrote();
    accepted(await session.write({nodeId, attributeId: AttributeIds.Value, value}), 'the write');
    let seen: Value | null = null;
    for (const pauseMs of READ_BACK_AFTER_MS) {
      await wait(pauseMs);
      seen = (await read(session, node)).value;
      if (isSame(seen, target, type)) return {is: 'acknowledged'};
    }
    return {is: 'rejected', why: `${target} was written without an error, but ${node} reads ${String(seen)}`};
  });
}

/** Whether a write was done, by what is read: what it was, what it should be, or something else. */
async function isSet(machine: Machine, {node, type, before, target}: SetPlan): Promise<LookUp> {
  const {value} = await machine.use(session => read(session, node));
  if (isSame(value, target, type)) return {is: 'known'};
  if (isSame(value, before, type)) return {is: 'unknown'};
  return {is: 'impossible', why: `${node} reads ${String(value)}: neither ${before} as before nor ${target} as wanted`};
}

async function called(machine: Machine, {methods}: OpcuaReceiver, plan: CallPlan): Promise<Outcome> {
  const {object, method, arguments: types, confirm} = methods[plan.call];
  return machine.use(async (session, wrote) => {
    const request = {
      objectId: await nodeIdOf(session, object),
      methodId: await nodeIdOf(session, method),
      inputArguments: plan.arguments.map((value, k) => new Variant({dataType: DataType[types[k].type], value})),
    };
    wrote();
    const {statusCode} = await session.call(request);
    accepted(statusCode, `the call of ${plan.call}`);
    if (!confirm) return {is: 'acknowledged'};
    let seen: Value | null = null;
    for (const pauseMs of READ_BACK_AFTER_MS) {
      await wait(pauseMs);
      seen = (await read(session, confirm.node)).value;
      if (seen === confirm.is) return {is: 'acknowledged'};
    }
    return {is: 'rejected', why: `${plan.call} was called without an error, but ${confirm.node} reads ${String(seen)}`};
  });
}

async function isCalled(machine: Machine, {methods}: OpcuaReceiver, {call, before}: CallPlan): Promise<LookUp> {
  const {confirm} = methods[call];
  if (!confirm) return {is: 'impossible', why: `${call} has no "confirm", so nobody can tell whether it was called`};
  const {value} = await machine.use(session => read(session, confirm.node));
  if (before === confirm.is)
    return {is: 'impossible', why: `${confirm.node} said ${String(before)} before the call already`};
  return {is: value === confirm.is ? 'known' : 'unknown'};
}

/** @throws Refused for a namespace that the machine does not have */
async function nodeIdOf(session: Session, node: string): Promise<NodeId> {
  const found = nodeIdIn(node.startsWith('nsu=') ? await session.namespaces() : [], node);
  if (found === null) throw new Refused(`${node} is not known to the machine: check its namespace`);
  return found;
}

/** @throws Refused when the value is not Good */
async function read(session: Session, node: string): Promise<{value: Value | null; type: string}> {
  const nodeId = await nodeIdOf(session, node);
  const {statusCode, value} = await session.read({nodeId, attributeId: AttributeIds.Value});
  // Bits 30 and 31 are the severity: 0 is Good.
  if (statusCode.value >>> 30 !== 0) throw new Refused(`${node} cannot be relied on: its status is ${statusCode.name}`);
  const plain = value.value as unknown;
  const isPlain = typeof plain === 'number' || typeof plain === 'boolean' || typeof plain === 'string';
  return {value: isPlain ? plain : null, type: DataType[value.dataType]};
}

function accepted(status: {value: number; name: string}, what: string): void {
  if (status.value >>> 30 === 0) return;
  if (OPEN.test(status.name)) throw new Failed(`${what}: ${status.name}`, true);
  throw new Refused(`the machine refuses ${what}: ${status.name}`);
}

const isSame = (seen: Value | null, wanted: number, type: string): boolean =>
  typeof seen === 'number' && (type === 'Float' ? Math.fround(seen) === Math.fround(wanted) : seen === wanted);

/** 0.1 + 0.2 is meant to be 0.3. */
const rounded = (value: number): number => Number(value.toPrecision(12));

/** The session's requests, each with an end to waiting for its answer. */
function bounded(session: ClientSession, timeoutMs: number): Session {
  const within = async <T>(answer: Promise<T>): Promise<T> => {
    const late = new AbortController();
    const tooLong = wait(timeoutMs, undefined, {signal: late.signal}).then(() => {
      throw new Error(`no answer within ${timeoutMs / 1000} s`);
    });
    tooLong.catch(() => undefined);
    answer.catch(() => undefined);
    return Promise.race([answer, tooLong]).finally(() => late.abort());
  };
  return {
    read: node => within(session.read(node)),
    write: node => within(session.write(node)),
    call: method => within(session.call(method)),
    namespaces: () => within(session.readNamespaceArray()),
  };
}

/** The server of a machine: a connection for each piece of work, to an address that was checked. */
class Machine {
  readonly #name: string;
  readonly #config: OpcuaReceiver;
  readonly #url: URL;
  readonly #folder: string;

  constructor(name: string, config: OpcuaReceiver, allowHosts: readonly string[], folder: string) {
    this.#name = name;
    this.#config = config;
    this.#folder = folder;
    const url = config.endpoint.replace(/^opc\.tcp:/, 'http:');
    if (!URL.canParse(url))
      throw new FishboneError('RECEIVER_INVALID', `receiver ${name}: '${config.endpoint}' is no address`);
    // The rules for hosts are those for all receivers.
    this.#url = allowedUrl(name, url, allowHosts);
  }

  /** @param work tells by `wrote` that from then on something may have been done @throws Refused, Failed */
  async use<T>(work: (session: Session, wrote: () => void) => Promise<T>): Promise<T> {
    let mayBeDone = false;
    try {
      const [{address, family}] = await resolveOnce(this.#url);
      const host = family === 6 ? `[${address}]` : address;
      const endpoint = this.#config.endpoint.replace(/^(opc\.tcp:\/\/)(\[[^\]]*\]|[^:/]*)/, `$1${host}`);
      const around = {
        memory: join(this.#folder, 'receivers', this.#name),
        home: this.#folder,
        plant: 'receiver',
        name: this.#name,
      };
      const connection = await connectOpcua({...this.#config, endpoint}, around);
      try {
        const done = work(bounded(connection.session, this.#config.timeoutMs ?? 10_000), () => {
          mayBeDone = true;
        });
        done.catch(() => undefined);
        return await Promise.race([done, connection.lost]);
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (error instanceof Refused || error instanceof Failed) throw error;
      const certificates = join(this.#folder, 'receivers', this.#name, 'certificates');
      throw new Failed(redacted(sayable(error, this.#config, certificates).message), mayBeDone);
    }
  }
}
