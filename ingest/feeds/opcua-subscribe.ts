import './opcua-quiet.ts';
import {
  AttributeIds,
  type ClientSession,
  type ClientSessionRawSubscriptionService,
  CreateMonitoredItemsRequest,
  DataChangeFilter,
  DataChangeNotification,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  MonitoringMode,
  type NodeId,
  type NotificationMessage,
  TimestampsToReturn,
} from 'node-opcua-client';
import type {OpcuaNode, OpcuaSettings} from './opcua-settings.ts';

const KEEP_ALIVE_MS = 5_000;
const SILENCE_MS = 10_000;
const NODES_PER_CALL = 100;
const VALUES_PER_MESSAGE = 500;
const SEQUENCE_MAX = 4_294_967_295;

/** A node to be watched, and the number that its values come with. */
interface Item {
  node: OpcuaNode;
  /** null: of a namespace that the server does not have. */
  nodeId: NodeId | null;
  handle: number;
}

export interface Subscribed {
  /** @returns what the server refuses, with the name of the status */
  watch(items: readonly Item[]): Promise<{item: Item; status: string}[]>;
  /** Whether values are to be sent; while they are not, the server keeps them. */
  publish(isWanted: boolean): void;
  /** Rejects when nothing comes by it any more; never resolves. */
  failed: Promise<never>;
}

interface Told {
  values(values: readonly {handle: number; value: DataValue}[]): void;
  /** A message did not come. */
  skipped(): void;
}

/** By the subscription's own messages, so that the order is kept and none goes missing unnoticed. */
export async function subscribe(session: ClientSession, settings: OpcuaSettings, told: Told): Promise<Subscribed> {
  const {publishingMs, queueSize} = settings;
  const keepAlives = Math.max(1, Math.ceil(KEEP_ALIVE_MS / publishingMs));
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: publishingMs,
    requestedMaxKeepAliveCount: keepAlives,
    requestedLifetimeCount: 10 * keepAlives,
    // Small enough that a server which is told to stop has not sent all it had.
    maxNotificationsPerPublish: VALUES_PER_MESSAGE,
    publishingEnabled: true,
  });
  const {promise: failed, reject} = withReject();
  let silence: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(silence);
    const quietMs = 3 * subscription.publishingInterval * subscription.maxKeepAliveCount + SILENCE_MS;
    silence = setTimeout(() => reject(new Error('the server has fallen silent: the connection is made anew')), quietMs);
  };
  heard();
  let sequence = 0;
  subscription.on('raw_notification', ({sequenceNumber, notificationData}: NotificationMessage) => {
    heard();
    if (!notificationData || notificationData.length === 0) return;
    if (sequenceNumber !== (sequence % SEQUENCE_MAX) + 1) told.skipped();
    sequence = sequenceNumber;
    for (const data of notificationData) {
      if (!(data instanceof DataChangeNotification)) continue;
      told.values((data.monitoredItems ?? []).map(({clientHandle, value}) => ({handle: clientHandle, value})));
    }
  });
  subscription.on('status_changed', status => reject(new Error(`the server ended the subscription (${status.name})`)));
  subscription.on('internal_error', error => reject(error));
  subscription.on('terminated', () => {
    clearTimeout(silence);
    reject(new Error('the subscription ended'));
  });
  // By hand, with our own numbers: the library's items may miss what comes while they are being made.
  const raw = session as ClientSession & ClientSessionRawSubscriptionService;
  let isPublishing = true;
  return {
    failed,
    watch: async items => {
      const refused: {item: Item; status: string}[] = [];
      for (let k = 0; k < items.length; k += NODES_PER_CALL) {
        const some = items.slice(k, k + NODES_PER_CALL);
        const {results} = await raw.createMonitoredItems(
          new CreateMonitoredItemsRequest({
            subscriptionId: subscription.subscriptionId,
            timestampsToReturn: TimestampsToReturn.Both,
            itemsToCreate: some.map(item => ({
              itemToMonitor: {nodeId: item.nodeId ?? undefined, attributeId: AttributeIds.Value},
              monitoringMode: MonitoringMode.Reporting,
              requestedParameters: {
                clientHandle: item.handle,
                samplingInterval: item.node.samplingMs,
                queueSize,
                discardOldest: true,
                filter: filterOf(item.node),
              },
            })),
          }),
        );
        for (const [n, item] of some.entries()) {
          const status = results?.[n]?.statusCode;
          if (!status?.isGood()) refused.push({item, status: status?.name ?? 'no answer'});
        }
      }
      return refused;
    },
    publish: isWanted => {
      if (isWanted === isPublishing) return;
      isPublishing = isWanted;
      subscription.setPublishingMode(isWanted).catch(reject);
    },
  };
}

function filterOf({deadband}: OpcuaNode): DataChangeFilter | null {
  if (deadband === undefined) return null;
  return new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValue,
    deadbandType: DeadbandType.Absolute,
    deadbandValue: deadband,
  });
}

function withReject(): {promise: Promise<never>; reject: (error: Error) => void} {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, fails) => {
    reject = fails;
  });
  promise.catch(() => undefined);
  return {promise, reject};
}
