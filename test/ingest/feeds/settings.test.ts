import {describe, expect, test} from 'vitest';
import {FeedsSettings} from '../../../ingest/feeds/settings.ts';
import {filterOf} from '../../../ingest/feeds/topics.ts';

const fault = (feed: object, name = 'line') => {
  const parsed = FeedsSettings.safeParse({[name]: feed});
  if (parsed.success) return null;
  const [{path, message}] = parsed.error.issues;
  return `${path.join('.')}: ${message}`;
};
const mqtt = (subscription: object) => ({kind: 'mqtt', url: 'mqtt://broker', subscriptions: [subscription]});
const TORQUE = {node: 'ns=2;s=Press1.Torque', station: 'P1', parameter: 'torque'};
const opcua = (more: object) => ({kind: 'opcua', endpoint: 'opc.tcp://press:4840', nodes: [TORQUE], ...more});

describe('what is wrong in a configuration is said with its place', () => {
  test.each([
    [{kind: 'ftp'}, 'line.kind: is no kind of feed'],
    [{kind: 'folder', path: '/in', table: 'part'}, 'line.table: is no table: the tables are products'],
    [{kind: 'folder', path: '/in', timeZone: 'Mars'}, 'line.timeZone: is no time zone'],
    [{kind: 'folder', path: '/in', mapping: 'm.json', wide: true}, 'line: a mapping names its own tables'],
    [{kind: 'folder', path: '/in', colour: 'red'}, 'line: "colour" is not known here'],
    [{kind: 'mqtt', url: 'broker', subscriptions: []}, 'line.url: is no address of a broker'],
    [mqtt({topic: 'a/#/b', takes: 'inspections'}), 'line.subscriptions.0: "a/#/b": # stands for all levels below'],
    [mqtt({topic: '$share/g/a', takes: 'inspections'}), 'line.subscriptions.0: "$share/g/a": a shared subscription'],
    [mqtt({topic: 'a/b+', takes: 'inspections'}), 'line.subscriptions.0: "a/b+": a + stands alone'],
    [mqtt({topic: 'a', takes: 'rows'}), 'line.subscriptions.0: "takes": "rows" needs a "table"'],
    [mqtt({topic: '+line/+station', takes: 'inspections'}), 'line.subscriptions.0: inspections has no column line'],
    [mqtt({topic: '+station', takes: 'cfx'}), 'line.subscriptions.0: a CFX message says its columns itself'],
    [opcua({endpoint: 'http://press'}), 'line.endpoint: is no address of a server: opc.tcp://'],
    [opcua({nodes: [{node: 'Torque', station: 'P1', parameter: 'torque'}]}), 'line.nodes.0.node: is no node id'],
    [opcua({nodes: [TORQUE, {...TORQUE, node: 'nsu=urn:press;i=7'}]}), 'line: two nodes are P1 torque'],
    [opcua({user: 'a'}), 'line: a "user" has a "passwordFile"'],
  ])('%j', (feed, expected) => {
    expect(fault(feed)).toContain(expected);
  });

  test('a name that would be no folder', () => {
    expect(fault({kind: 'folder', path: '/in'}, '../up')).toContain('a feed is named with letters');
  });
});

// The examples of MQTT 5.0, section 4.7.1.
test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', {}],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', {}],
  ['sport/tennis/+', 'sport/tennis/player1', {}],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', null],
  ['sport/+', 'sport', null],
  ['sport/+', 'sport/', {}],
  ['+/+', '/finance', {}],
  ['+', '/finance', null],
  ['#', '$SYS/broker', null],
  ['+/monitor/Clients', '$SYS/monitor/Clients', null],
  ['$SYS/#', '$SYS/broker', {}],
  ['plant/+station/x', 'plant/P3/x', {station: 'P3'}],
])('%s matches %s: %j', (filter, topic, expected) => {
  expect(filterOf(filter).columnsOf(topic)).toEqual(expected);
});
