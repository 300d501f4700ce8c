import './opcua-quiet.ts';
import {
  type ClientSession,
  type DataValue,
  HistoryData,
  HistoryReadRequest,
  type NodeId,
  ReadRawModifiedDetails,
  TimestampsToReturn,
} from 'node-opcua-client';
import {AHEAD_MS} from './opcua-values.ts';

/** The server cannot say what was, and would not say it a minute later. */
export class NoHistory extends Error {}

/** What stays so; anything else is asked again. */
const FOR_GOOD = [
  'BadHistoryOperationUnsupported',
  'BadHistoryOperationInvalid',
  'BadServiceUnsupported',
  'BadNotImplemented',
  'BadNotSupported',
  'BadUserAccessDenied',
  'BadNotReadable',
  'BadNodeIdUnknown',
  'BadNodeIdInvalid',
];

/**
 * Raw values of a node from a moment on, page by page, the older first.
 * @throws NoHistory where the server keeps none of it
 */
export async function* historyOf(
  session: ClientSession,
  {nodeId, from, page}: {nodeId: NodeId; from: string; page: number},
): AsyncGenerator<DataValue[]> {
  const details = new ReadRawModifiedDetails({
    isReadModified: false,
    // Servers that know whole milliseconds only would leave out the first value.
    startTime: new Date(Math.floor(Date.parse(from))),
    endTime: new Date(Date.now() + AHEAD_MS),
    numValuesPerNode: page,
    returnBounds: false,
  });
  let goesOn: Buffer | null = null;
  try {
    do {
      const answer: Answer = await ask(session, nodeId, details, goesOn);
      goesOn = answer.goesOn;
      yield answer.values;
    } while (goesOn !== null);
  } finally {
    if (goesOn !== null) await release(session, nodeId, details, goesOn);
  }
}

/** Whether the history holds a value of that moment or an older one: if not, it does not reach back to it. */
export async function reachesBack(session: ClientSession, nodeId: NodeId, to: string): Promise<boolean> {
  const details = new ReadRawModifiedDetails({
    isReadModified: false,
    endTime: new Date(Math.ceil(Date.parse(to))),
    numValuesPerNode: 1,
    returnBounds: false,
  });
  const {values, goesOn} = await ask(session, nodeId, details, null);
  if (goesOn !== null) await release(session, nodeId, details, goesOn);
  return values.length > 0;
}

interface Answer {
  values: DataValue[];
  goesOn: Buffer | null;
}

async function ask(
  session: ClientSession,
  nodeId: NodeId,
  details: ReadRawModifiedDetails,
  continuationPoint: Buffer | null,
): Promise<Answer> {
  const request = new HistoryReadRequest({
    historyReadDetails: details,
    timestampsToReturn: TimestampsToReturn.Both,
    nodesToRead: [continuationPoint === null ? {nodeId} : {nodeId, continuationPoint}],
  });
  const {results} = await session.historyRead(request).catch((error: Error) => {
    const name = FOR_GOOD.find(one => error.message.includes(one));
    throw name === undefined ? error : faultOf(name);
  });
  const result = results?.[0];
  if (!result) throw new Error('the server answers a question for history with nothing');
  const {statusCode, historyData} = result;
  if (statusCode.isBad() && statusCode.name !== 'BadNoData') throw faultOf(statusCode.name);
  const values = historyData instanceof HistoryData ? (historyData.dataValues ?? []) : [];
  const hasMore = result.continuationPoint !== null && result.continuationPoint?.length > 0;
  return {values, goesOn: hasMore ? result.continuationPoint : null};
}

function faultOf(name: string): Error {
  if (FOR_GOOD.includes(name)) return new NoHistory(`the server keeps no history of it that may be read (${name})`);
  return new Error(`the history could not be read (${name}): it is asked for again`);
}

/** Servers have few of them; one that cannot be given back ends with the session. */
async function release(
  session: ClientSession,
  nodeId: NodeId,
  historyReadDetails: ReadRawModifiedDetails,
  continuationPoint: Buffer,
): Promise<void> {
  const request = new HistoryReadRequest({
    historyReadDetails,
    releaseContinuationPoints: true,
    timestampsToReturn: TimestampsToReturn.Both,
    nodesToRead: [{nodeId, continuationPoint}],
  });
  await session.historyRead(request).catch(() => undefined);
}
