/** Which part an image shows: from a file beside it, or from a list; and which images a pattern means. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {aboutImages} from '../../inference/about.ts';
import {fits, matching} from '../../inference/glob.ts';
import {findImages} from '../../inference/images.ts';

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-about-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

test('a file beside each image', async () => {
  const folder = folderOf({
    'a.png.json': '{"part": "P1", "step": "final", "station": "CAM", "at": "2026-03-01T07:15:00+01:00"}',
    'b.json': '{"part": "P2", "at": null}',
    'c.json': '{"part": ""}',
    'd.json': '{"part": "P4", "lot": "L"}',
    'e.json': '{',
    'f.json': '{"part": "P6", "at": "2026-03-01 07:15"}',
  });
  const about = await aboutImages({sidecar: 'json'});
  expect(await about(join(folder, 'a.png'))).toEqual({
    part: 'P1',
    step: 'final',
    station: 'CAM',
    inspected_at: '2026-03-01T06:15:00.000Z',
  });
  expect(await about(join(folder, 'b.tiff'))).toEqual({part: 'P2', step: null, station: null, inspected_at: null});
  const reasons = await Promise.all(['c', 'd', 'e', 'f', 'g'].map(name => about(join(folder, `${name}.png`))));
  expect(reasons).toEqual([
    {reason: expect.stringMatching(/^c.json: part: /)},
    {reason: expect.stringMatching(/^d.json: .*"lot"/)},
    {reason: expect.stringMatching(/^e.json is not JSON: /)},
    {reason: "f.json has no time with an offset: '2026-03-01 07:15'"},
    {reason: 'there is no g.png.json or g.json beside it'},
  ]);
});

test('a list of all images, by their paths or their bare names', async () => {
  const folder = folderOf({
    'list.csv': '\ufeffImage,Part,Station\na/1.png,P1,CAM\n2.png,"P,2",\nb\\3.png,P3,\n',
    'twice.csv': 'image,part\n1.png,A\n1.png,B\n',
    'short.csv': 'image;part\n1.png\n',
    'nameless.csv': 'image,lot\n',
    'odd.csv': 'image,part,colour\n',
  });
  const about = await aboutImages({sidecar: join(folder, 'list.csv')});
  const parts = await Promise.all(['a/1.png', 'x/2.png', 'b/3.png', '1.png'].map(name => about(join(folder, name))));
  expect(parts).toEqual([
    {part: 'P1', step: null, station: 'CAM', inspected_at: null},
    {part: 'P,2', step: null, station: null, inspected_at: null},
    {part: 'P3', step: null, station: null, inspected_at: null},
    {reason: 'list.csv says nothing of 1.png'},
  ]);
  const refusal = (list: string) =>
    aboutImages({sidecar: join(folder, list)}).then(
      () => 'taken',
      (error: Error) => error.message.replace(`${folder}/`, ''),
    );
  expect(await refusal('twice.csv')).toBe("twice.csv, line 3: '1.png' is listed twice");
  expect(await refusal('short.csv')).toBe('short.csv, line 2: 1 fields, the header has 2');
  expect(await refusal('nameless.csv')).toBe("nameless.csv, line 1: there is no column 'part'");
  expect(await refusal('odd.csv')).toContain("the column 'colour' is not known");
  expect(await refusal('none.csv')).toContain('cannot be read (ENOENT)');
});

test.each([
  ['a.png', '*.png', true],
  ['a.png', '?.png', true],
  ['ab.png', '?.png', false],
  ['cam-1_x.png', 'cam-*_*.png', true],
  ['cam-1.png', 'cam-*_*.png', false],
  ['', '*', true],
  ['a.png.json', '*.png', false],
])('%s and the pattern %s', (name, pattern, does) => {
  expect(fits(name, pattern)).toBe(does);
});

test('a pattern that would take hours as a regular expression takes none', () => {
  const begun = performance.now();
  expect(fits('a'.repeat(5_000), `${'*a'.repeat(50)}b`)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(60_000);
});

test('patterns find files below, folder by folder, each by name', async () => {
  const folder = folderOf({'b/2.png': '', 'b/1.png': '', 'a/3.png': '', 'a/c/4.png': '', 'a/x.txt': '', '0.png': ''});
  const found = async (pattern: string) => {
    const all: string[] = [];
    for await (const path of matching(join(folder, pattern))) all.push(relative(folder, path));
    return all;
  };
  expect(await found('*/*.png')).toEqual(['a/3.png', 'b/1.png', 'b/2.png']);
  expect(await found('**/*.png')).toEqual(['0.png', 'a/3.png', 'a/c/4.png', 'b/1.png', 'b/2.png']);
  expect(await found('a/**')).toEqual(['a/3.png', 'a/c/4.png', 'a/x.txt']);
  expect(await found('nothing/*.png')).toEqual([]);
  const all = [];
  for await (const one of findImages([join(folder, 'a'), join(folder, 'none', '*')])) all.push(one);
  expect(all).toEqual([
    {image: join(folder, 'a', '3.png')},
    {image: join(folder, 'a', 'c', '4.png')},
    {skipped: join(folder, 'a', 'x.txt')},
    {missing: join(folder, 'none', '*'), reason: 'no file fits this pattern: check the path'},
  ]);
});
