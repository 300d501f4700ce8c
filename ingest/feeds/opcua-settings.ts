/** How an OPC UA feed is configured. */
import {z} from 'zod';

const Text = z.string().min(1);
export const NODE_ID = /^(ns=\d+;|nsu=[^;]+;)?[isgb]=.+$/;

const OpcuaNode = z.strictObject({
  node: z.string().regex(NODE_ID, {error: 'is no node id: write it like ns=2;s=Press1.Torque or nsu=URI;i=1234'}),
  station: Text,
  parameter: Text,
  samplingMs: z.number().nonnegative().max(86_400_000).default(1000).describe('how often the server looks'),
  deadband: z.number().positive().optional().describe('a change that is not larger is not told'),
});
export type OpcuaNode = z.output<typeof OpcuaNode>;

export const OpcuaSettings = z
  .strictObject({
    kind: z.literal('opcua'),
    endpoint: z.string().regex(/^opc\.tcp:\/\/[^/\s]+/, {error: 'is no address of a server: opc.tcp://host:4840'}),
    securityMode: z.enum(['SignAndEncrypt', 'Sign', 'None']).default('SignAndEncrypt'),
    securityPolicy: z
      .enum(['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'])
      .default('Basic256Sha256')
      .describe('where the mode is not None'),
    user: Text.optional(),
    passwordFile: Text.optional(),
    nodes: z.array(OpcuaNode).min(1),
    publishingMs: z.number().min(50).max(3_600_000).default(1000).describe('what comes within it is one batch'),
    queueSize: z.number().int().min(1).max(100_000).default(1000).describe('values of a node that the server keeps'),
    historyPage: z.number().int().min(1).max(100_000).default(1000).describe('values of a node in one answer'),
    historyLagSeconds: z
      .number()
      .nonnegative()
      .max(86_400)
      .default(60)
      .describe('for how long a value that was told may be absent from the history'),
    backfillFrom: z.iso
      .datetime({offset: true})
      .optional()
      .describe('where nothing is known of a node, its history is read from here on; by default it begins now'),
    uncertain: z.enum(['quarantine', 'keep']).default('quarantine').describe('values with an Uncertain status'),
    reconnectSeconds: z
      .number()
      .positive()
      .max(86_400)
      .default(30)
      .describe('the longest pause before it connects again'),
  })
  .superRefine(({user, passwordFile, nodes}, context) => {
    if ((user === undefined) !== (passwordFile === undefined))
      context.addIssue({code: 'custom', message: 'a "user" has a "passwordFile", and nobody else has one'});
    const known = new Set<string>();
    for (const {station, parameter} of nodes) {
      const key = JSON.stringify([station, parameter]);
      if (known.has(key)) context.addIssue({code: 'custom', message: `two nodes are ${station} ${parameter}`});
      known.add(key);
    }
  });
export type OpcuaSettings = z.output<typeof OpcuaSettings>;

/** How a server is reached. */
export type OpcuaServer = Pick<OpcuaSettings, 'endpoint' | 'securityMode' | 'securityPolicy' | 'user' | 'passwordFile'>;
