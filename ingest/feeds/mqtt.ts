import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import mqtt, {type IClientOptions, type IPublishPacket, type MqttClient} from 'mqtt';
import type {Running, Surroundings} from './feed.ts';
import {type Message, Messages} from './mqtt-messages.ts';
import {recordMessages} from './mqtt-record.ts';
import {OpenWork} from './open-work.ts';
import type {MqttSettings} from './settings.ts';

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 30_000;
const QUEUE_BYTES_MAX = 64_000_000;
const GOODBYE_MS = 3_000;

/**
 * Subscribes with a session that outlives both sides: the broker keeps what comes meanwhile, and sends again what was not
 * acknowledged. A message is acknowledged when it is on the disk; messages that come together are recorded together.
 */
export async function openMqtt(settings: MqttSettings, around: Surroundings): Promise<Running> {
  const options = await connectOptions(settings, around);
  const messages = new Messages(settings.subscriptions);
  const feed = new MqttFeed(settings, messages, around, await OpenWork.open(around.memory));
  return feed.run(mqtt.connect(settings.url, options));
}

async function connectOptions(settings: MqttSettings, {name, plant, home}: Surroundings): Promise<IClientOptions> {
  const bytes = (file: string | undefined) => (file === undefined ? undefined : readFile(resolve(home, file)));
  const password = (await bytes(settings.passwordFile))?.toString('utf8').replace(/\r?\n$/, '');
  return {
    protocolVersion: settings.protocolVersion,
    clientId: settings.clientId ?? `fishbone-${plant}-${name}`,
    clean: false,
    ...(settings.protocolVersion === 5 && {
      properties: {
        sessionExpiryInterval: settings.sessionExpirySeconds,
        receiveMaximum: settings.receiveMaximum,
      },
    }),
    username: settings.username,
    password,
    ca: await bytes(settings.caFile),
    cert: await bytes(settings.certFile),
    key: await bytes(settings.keyFile),
    resubscribe: false,
    reconnectPeriod: PAUSE_MIN_MS,
    reconnectOnConnackError: true,
  };
}

/** A message, and the connection that it came by. */
interface Waiting extends Message {
  messageId: number | undefined;
  connection: number;
}

class MqttFeed {
  readonly #settings: MqttSettings;
  readonly #messages: Messages;
  readonly #around: Surroundings;
  readonly #openWork: OpenWork;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Goes on reading; held back while as much waits as may. */
  #readOn: (() => void) | null = null;
  #wake: () => void = () => undefined;
  #connection = 0;
  readonly #stopping = new AbortController();

  constructor(settings: MqttSettings, messages: Messages, around: Surroundings, openWork: OpenWork) {
    this.#settings = settings;
    this.#messages = messages;
    this.#around = around;
    this.#openWork = openWork;
  }

  run(client: MqttClient): Running {
    this.#listen(client);
    const recording = this.#recordAll(client);
    return {
      stop: async () => {
        this.#stopping.abort();
        this.#wake();
        await recording;
        // Says goodbye, which keeps the session; a broker that does not answer is left.
        await Promise.race([client.endAsync(), wait(GOODBYE_MS)]);
        client.end(true);
      },
    };
  }

  #listen(client: MqttClient): void {
    const {meter} = this.#around;
    const {reconnectSeconds} = this.#settings;
    client.on('connect', () => {
      client.options.reconnectPeriod = PAUSE_MIN_MS;
      void this.#subscribe(client);
    });
    client.on('close', () => {
      // What came by that connection is sent again, and must not be acknowledged by the number it had.
      this.#connection++;
      if (!this.#stopping.signal.aborted) meter.is('disconnected');
    });
    client.on('reconnect', () => {
      const period = 2 * client.options.reconnectPeriod!;
      // Not all at once when a broker comes back.
      client.options.reconnectPeriod = Math.min(period, reconnectSeconds * 1000) * (0.8 + 0.4 * Math.random());
    });
    client.on('error', error => meter.failed(sayable(error)));
    client.on('disconnect', ({reasonCode = 0, properties}) => {
      const why = properties?.reasonString ?? (reasonCode === 142 ? 'another client has the same clientId' : '');
      meter.failed(new Error(`the broker ended the connection (${reasonCode})${why && `: ${why}`}`));
    });
    client.handleMessage = (packet, done) => this.#take(packet, done);
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const {meter} = this.#around;
    try {
      // Retained messages come once a session, not once a connection.
      const topics = Object.fromEntries(this.#messages.filters.map(filter => [filter, {qos: 1 as const, rh: 1}]));
      const granted = await client.subscribeAsync(topics);
      const refused = granted.filter(({qos}) => qos >= 128);
      if (refused.length === 0) return meter.is('connected');
      throw new Error(`the broker refuses ${refused.map(({topic}) => topic).join(', ')}: see its access rules`);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      meter.failed(error);
      client.stream.destroy();
    }
  }

  #take(packet: IPublishPacket, done: (error?: Error) => void): void {
    if (this.#stopping.signal.aborted) return;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    this.#waiting.push({topic: packet.topic, payload, messageId: packet.messageId, connection: this.#connection});
    this.#waitingBytes += payload.length;
    this.#around.meter.took();
    this.#wake();
    // An error here means no more than: not acknowledged yet.
    const readOn = () => done(NOT_YET);
    if (this.#waiting.length < this.#settings.receiveMaximum && this.#waitingBytes < QUEUE_BYTES_MAX) readOn();
    else this.#readOn = readOn;
  }

  async #recordAll(client: MqttClient): Promise<void> {
    const {signal} = this.#stopping;
    for (;;) {
      if (this.#waiting.length === 0) {
        if (signal.aborted) return;
        await new Promise<void>(resolve => {
          this.#wake = resolve;
        });
        continue;
      }
      const group = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#readOn?.();
      this.#readOn = null;
      if (await this.#record(group)) this.#acknowledge(client, group);
      else this.#around.meter.gaveBack(group.length);
    }
  }

  /** As often as it takes. @returns false when it is told to stop before it could be done */
  async #record(group: readonly Waiting[]): Promise<boolean> {
    const {door, meter, name} = this.#around;
    const {signal} = this.#stopping;
    const read = group.map(message => ({...message, holding: this.#messages.read(message)}));
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
      try {
        const outcome = await recordMessages(read, {door, source: `mqtt ${name}`, openWork: this.#openWork});
        meter.settled(outcome, group.length);
        meter.goesOn();
        return true;
      } catch (error) {
        meter.isHeldUp(error);
        if (signal.aborted) return false;
        await wait(pauseMs, undefined, {signal}).catch(() => undefined);
      }
    }
  }

  #acknowledge(client: MqttClient, group: readonly Waiting[]): void {
    for (const {messageId, connection} of group) {
      if (messageId === undefined || connection !== this.#connection || !client.connected) continue;
      // The library acknowledges one message after the other, before it reads the next; here many are on their way.
      (client as unknown as Sender)._sendPacket({cmd: 'puback', messageId, reasonCode: 0});
    }
  }
}

const NOT_YET = new Error('not recorded yet');

const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET_ISSUER_CERT)\w*)$/;

/** Refused connections come as a group of errors without words of its own, certificates without a word on what to do. */
function sayable(error: Error): Error {
  const {errors = [], code = 'unknown error'} = error as {errors?: Error[]; code?: string};
  if (UNTRUSTED.test(code))
    return new Error(
      `nobody known here vouches for the broker's certificate (${error.message}): if it is the right broker, name the file with the certificate of who signed it as caFile`,
      {cause: error},
    );
  return error.message === '' ? new Error(errors[0]?.message ?? code, {cause: error}) : error;
}

/** What the library keeps to itself. */
interface Sender {
  _sendPacket(packet: {cmd: 'puback'; messageId: number; reasonCode: number}): void;
}
