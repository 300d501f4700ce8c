import {expect, test} from 'vitest';
import {type Command, fitOf, fitting} from '../../dashboards/palette.ts';

const command = (group: Command['group'], name: string): Command => ({group, name, href: `/${name}`});

test('how well a name fits: the whole, its beginning, a word of it, anything in it, its pieces', () => {
  expect(
    ['torque', 'TORQUE.max', 'bore.torque', 'motorque', 'torch', 'bore.torque'].map(n => fitOf(n, 'torque')),
  ).toEqual([0, 1, 2, 3, null, 2]);
  expect(fitOf('bore.max_torque', 'tor bor')).toBe(4);
  expect(fitOf('anything', '  ')).toBe(0);
});

test('groups stay together, the one with the best fit leads, and none fills the list', () => {
  const many = Array.from({length: 20}, (_, k) => command('Control chart of', `bore.torque_${k}`));
  const found = fitting([command('Go to', 'Overview'), ...many, command('Causes of', 'torque')], 'torque', 3);
  expect(found.map(({group, name}) => `${group} ${name}`)).toEqual([
    'Causes of torque',
    'Control chart of bore.torque_0',
    'Control chart of bore.torque_1',
    'Control chart of bore.torque_2',
  ]);
});

test('without anything typed all groups are offered as they stand', () => {
  const found = fitting([command('Go to', 'Overview'), command('Go to', 'Trace'), command('Do', 'Print')], '');
  expect(found.map(({name}) => name)).toEqual(['Overview', 'Trace', 'Print']);
});
