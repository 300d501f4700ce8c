// A real machine's OPC UA server for the tests: node-opcua's, with what may be written and called.
import '../../../ingest/feeds/opcua-quiet.ts';
import {join} from 'node:path';
import {OPCUACertificateManager} from 'node-opcua-certificate-manager';
import {DataType, DataValue, MessageSecurityMode, SecurityPolicy, StatusCodes, Variant} from 'node-opcua-client';
import {OPCUAServer} from 'node-opcua-server';
import {onTestFinished} from 'vitest';
import {freePort} from '../../ingest/feeds/broker.ts';
import {temporaryFolder} from '../plant.ts';

export interface Machine {
  endpoint: string;
  /** The URI of the namespace that its nodes are in. */
  namespace: string;
  /** What its variables hold. */
  values: Record<'speed' | 'count' | 'counter', number>;
  /** What was written, in order. */
  writes: [name: string, value: number][];
  /** The arguments of calls. */
  calls: number[];
  /** What it does wrong. */
  fault: 'none' | 'refuses' | 'forgets' | 'bad-status' | 'hangs-after-write';
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `speed` is a Double, `count` an Int16, `counter` counts the calls of `reset`. */
export async function startMachine({isSecured = false} = {}): Promise<Machine> {
  const port = await freePort();
  const folder = temporaryFolder();
  let server: OPCUAServer | null = null;
  const machine: Machine = {
    endpoint: `opc.tcp://127.0.0.1:${port}`,
    namespace: '',
    values: {speed: 10, count: 3, counter: 0},
    writes: [],
    calls: [],
    fault: 'none',
    stop: async () => {
      const running = server;
      server = null;
      await running?.shutdown(0);
    },
    start,
  };
  onTestFinished(() => machine.stop());
  await start();
  return machine;

  async function start(): Promise<void> {
    const made = new OPCUAServer({
      port,
      hostname: '127.0.0.1',
      host: '127.0.0.1',
      serverCertificateManager: new OPCUACertificateManager({
        rootFolder: join(folder, 'certificates'),
        automaticallyAcceptUnknownCertificate: true,
        disableFileWatchers: true,
      }),
      userCertificateManager: new OPCUACertificateManager({
        rootFolder: join(folder, 'users'),
        disableFileWatchers: true,
      }),
      securityModes: [isSecured ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
      securityPolicies: [isSecured ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
      allowAnonymous: !isSecured,
      userManager: {isValidUser: (user: string, password: string) => user === 'fishbone' && password === 'secret'},
    });
    await made.initialize();
    const space = made.engine.addressSpace!;
    const own = space.getOwnNamespace();
    machine.namespace = own.namespaceUri;
    const press = own.addObject({browseName: 'Press1', nodeId: 's=Press1', organizedBy: space.rootFolder.objects});
    for (const name of ['speed', 'count', 'counter'] as const) {
      const dataType = name === 'speed' ? DataType.Double : DataType.Int16;
      own.addVariable({
        browseName: name,
        nodeId: `s=Press1.${name}`,
        componentOf: press,
        dataType,
        minimumSamplingInterval: 0,
        value: {
          timestamped_get: () =>
            new DataValue({
              value: new Variant({dataType, value: machine.values[name]}),
              statusCode: machine.fault === 'bad-status' ? StatusCodes.BadSensorFailure : StatusCodes.Good,
              sourceTimestamp: new Date(),
            }),
          timestamped_set: async (told: DataValue) => {
            if (machine.fault === 'refuses') return StatusCodes.BadUserAccessDenied;
            machine.writes.push([name, told.value.value as number]);
            if (machine.fault !== 'forgets') machine.values[name] = told.value.value as number;
            // Longer than the client waits: it has written and does not know it.
            if (machine.fault === 'hangs-after-write') await new Promise(resolve => setTimeout(resolve, 1_500));
            return StatusCodes.Good;
          },
        },
      });
    }
    const reset = own.addMethod(press, {
      browseName: 'reset',
      nodeId: 's=Press1.reset',
      inputArguments: [{name: 'by', dataType: DataType.Double}],
      outputArguments: [],
    });
    reset.bindMethod((inputs, _context, done) => {
      machine.calls.push(inputs[0].value as number);
      machine.values.counter++;
      const answer = () =>
        done(null, {statusCode: machine.fault === 'refuses' ? StatusCodes.BadNotExecutable : StatusCodes.Good});
      if (machine.fault === 'hangs-after-write') setTimeout(answer, 1_500);
      else answer();
    });
    await made.start();
    server = made;
  }
}
