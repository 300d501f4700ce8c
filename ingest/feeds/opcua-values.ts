/** What a value of an OPC UA server is for the warehouse. */
import './opcua-quiet.ts';
import {DataType, type DataValue, VariantArrayType} from 'node-opcua-client';
import type {Sent} from './feed.ts';
import type {OpcuaNode, OpcuaSettings} from './opcua-settings.ts';
import {microseconds} from './opcua-watched.ts';

/** A value as it came, and what becomes of it. */
export interface Taken {
  sent: Sent;
  /** The source's time with microseconds, in UTC, where a reading is made of it. */
  at: string | null;
}

/** What is later goes into quarantine as skewed, by the rule for all rows. */
export const AHEAD_MS = 86_400_000;
/** Servers send this, the beginning of OPC UA's time, for none. */
const BEGINNING_MS = Date.UTC(1601, 0, 2);

/** A Good number with a source time is a reading; everything else goes into quarantine with the reason. */
export function takenOf(
  {node, station, parameter}: OpcuaNode,
  value: DataValue,
  {uncertain}: Pick<OpcuaSettings, 'uncertain'>,
): Taken {
  const at = timeOf(value.sourceTimestamp, value.sourcePicoseconds);
  const status = statusOf(value);
  const refused = (reason: string): Taken => ({
    sent: {table: 'readings', reason: `node ${node}: ${reason}`, text: textOf(value, at, status), topic: node},
    at: null,
  });
  // Bits 30 and 31 are the severity: 0 Good, 1 Uncertain, 2 Bad.
  const severity = value.statusCode.value >>> 30;
  if (severity >= 2) return refused(`its status is ${status}`);
  if (severity === 1 && uncertain === 'quarantine') return refused(`its status is ${status}`);
  if (at === null) return refused('it has no source time');
  const number = numberOf(value);
  if (typeof number === 'string') return refused(number);
  const isSkewed = value.sourceTimestamp!.getTime() > Date.now() + AHEAD_MS;
  return {
    sent: {table: 'readings', row: {station, parameter, at, value: number}, topic: node},
    at: isSkewed ? null : at,
  };
}

/** Whether the server had to drop values before this one. */
export function isOverflow({statusCode}: DataValue): boolean {
  return statusCode.hasOverflowBit;
}

function timeOf(time: Date | null | undefined, picoseconds: number): string | null {
  if (!time || time.getTime() < BEGINNING_MS) return null;
  // Picoseconds are those since the whole millisecond.
  return microseconds(time, Math.floor(picoseconds / 1e6));
}

/** @returns a reason where it is no number */
function numberOf({value: variant}: DataValue): number | string {
  const {dataType, arrayType, value} = variant;
  if (dataType === DataType.Null || value === null || value === undefined) return 'it has no value';
  if (arrayType !== VariantArrayType.Scalar) return `it is an array of ${DataType[dataType]}, not one number`;
  if (dataType === DataType.Boolean) return value ? 1 : 0;
  if (dataType === DataType.Int64 || dataType === DataType.UInt64)
    return fromHalves(value as [number, number], dataType);
  if (typeof value !== 'number') return `it is a ${DataType[dataType]}, not a number`;
  return Number.isFinite(value) ? value : `it is ${value}, not a number`;
}

function fromHalves([high, low]: readonly [number, number], dataType: DataType): number | string {
  const whole = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const signed = dataType === DataType.Int64 ? BigInt.asIntN(64, whole) : whole;
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : `it is ${signed}, which is too long for a number`;
}

/** The name of a status, without what says how it was sampled. */
function statusOf({statusCode}: DataValue): string {
  return statusCode.name.replace(/#.*$/, '');
}

/** The same from a subscription and from history, so that it is known when it comes again. */
function textOf({value}: DataValue, at: string | null, status: string): string {
  const told = {at, status, type: value ? DataType[value.dataType] : 'Null', value: value?.value as unknown};
  return JSON.stringify(told, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one)).slice(0, 100_000);
}
