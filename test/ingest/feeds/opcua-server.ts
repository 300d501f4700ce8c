// A real OPC UA server for the tests: node-opcua's, with variables whose history outlives it.
import '../../../ingest/feeds/opcua-quiet.ts';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {OPCUACertificateManager} from 'node-opcua-certificate-manager';
import {
  DataType,
  DataValue,
  MessageSecurityMode,
  SecurityPolicy,
  StatusCodes,
  Variant,
  VariantArrayType,
} from 'node-opcua-client';
import {OPCUAServer} from 'node-opcua-server';
import {onTestFinished} from 'vitest';
import {freePort} from './broker.ts';

export {StatusCodes};

type Historized = Parameters<NonNullable<OPCUAServer['engine']['addressSpace']>['installHistoricalDataNode']>[0];
type StatusCode = (typeof StatusCodes)['Good'];

const CERTIFICATES = 'server-certificates';

export interface Sample {
  value: unknown;
  at: string | null;
  status?: StatusCode;
}

interface How {
  /** Types by the names of variables; those in `historized` keep their history. */
  variables: Readonly<Record<string, keyof typeof DataType>>;
  historized?: readonly string[];
  folder: string;
  isSecured?: boolean;
  users?: Readonly<Record<string, string>>;
}

/** What a plant's server is, as long as the test runs. */
export class PlantServer {
  readonly port: number;
  #trustsAnyone = true;
  readonly #how: How;
  readonly #histories = new Map<string, DataValue[]>();
  #server: OPCUAServer | null = null;

  private constructor(port: number, how: How) {
    this.port = port;
    this.#how = how;
  }

  static async start(how: How): Promise<PlantServer> {
    const plant = new PlantServer(await freePort(), how);
    onTestFinished(() => plant.stop());
    await plant.start();
    return plant;
  }

  get endpoint(): string {
    return `opc.tcp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const {folder, isSecured = false, users, variables, historized = []} = this.#how;
    const server = new OPCUAServer({
      port: this.port,
      hostname: '127.0.0.1',
      host: '127.0.0.1',
      // Every change is told, not the last one of 100 ms.
      serverCapabilities: {minSupportedSampleRate: 0},
      serverCertificateManager: new OPCUACertificateManager({
        rootFolder: join(folder, CERTIFICATES),
        automaticallyAcceptUnknownCertificate: this.#trustsAnyone,
        disableFileWatchers: true,
      }),
      userCertificateManager: new OPCUACertificateManager({
        rootFolder: join(folder, 'user-certificates'),
        disableFileWatchers: true,
      }),
      securityModes: [isSecured ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
      securityPolicies: [isSecured ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
      allowAnonymous: users === undefined,
      userManager: {isValidUser: (user: string, password: string) => users?.[user] === password},
    });
    await server.initialize();
    const space = server.engine.addressSpace!;
    const own = space.getOwnNamespace();
    const press = own.addObject({browseName: 'Press1', organizedBy: space.rootFolder.objects});
    for (const [name, dataType] of Object.entries(variables)) {
      const variable = own.addVariable({
        browseName: name,
        nodeId: `s=Press1.${name}`,
        componentOf: press,
        dataType,
        minimumSamplingInterval: 0,
      });
      const values = this.#histories.get(name) ?? [];
      this.#histories.set(name, values);
      if (historized.includes(name)) this.#historize(space, variable, values);
      const last = values.at(-1);
      if (last) variable.setValueFromSource(last.value, last.statusCode, last.sourceTimestamp ?? undefined);
    }
    await server.start();
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.shutdown(0);
  }

  /** A new value; while the server is away, it goes to the history only, as from a machine that keeps its own. */
  set(name: string, {value, at, status = StatusCodes.Good}: Sample): void {
    const told = new DataValue({
      value: new Variant({dataType: DataType[this.#how.variables[name]], arrayType: VariantArrayType.Scalar, value}),
      statusCode: status,
      sourceTimestamp: at === null ? null : new Date(at),
    });
    if (!this.#server || this.#how.historized?.includes(name)) this.#histories.get(name)!.push(told);
    if (!this.#server) return;
    const variable = this.#server.engine.addressSpace!.findNode(`ns=1;s=Press1.${name}`) as Historized;
    (variable as unknown as {_internal_set_dataValue(value: DataValue): void})._internal_set_dataValue(told);
  }

  /** Takes effect at the next start. */
  distrust(): void {
    this.#trustsAnyone = false;
    rmSync(join(this.#how.folder, CERTIFICATES, 'trusted/certs'), {recursive: true});
  }

  /** As a server that keeps values for a time only. */
  forget(name: string, before: string): void {
    const values = this.#histories.get(name)!;
    values.splice(
      0,
      values.findIndex(({sourceTimestamp}) => sourceTimestamp!.toISOString() >= before),
    );
  }

  #historize(
    space: NonNullable<OPCUAServer['engine']['addressSpace']>,
    variable: Historized,
    values: DataValue[],
  ): void {
    space.installHistoricalDataNode(variable, {
      historian: {
        // Kept by `set`.
        push: () => Promise.resolve(),
        extractDataValues: ({startTime, endTime}, max, isReversed, reverse, done) => {
          const from = startTime && startTime.getTime() > Date.UTC(1700, 0) ? startTime.getTime() : -Infinity;
          const to = endTime && endTime.getTime() > Date.UTC(1700, 0) ? endTime.getTime() : Infinity;
          const inRange = values.filter(({sourceTimestamp}) => {
            const ms = sourceTimestamp?.getTime() ?? Number.NaN;
            return ms >= from && ms <= to;
          });
          if (isReversed || reverse) inRange.reverse();
          done(null, max > 0 ? inRange.slice(0, max) : inRange);
        },
      },
    });
  }
}
