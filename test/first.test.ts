import {expect, test} from 'vitest';
import {main} from '../api/cli.ts';

test('starts', async () => expect(await main([])).toBe(0));
