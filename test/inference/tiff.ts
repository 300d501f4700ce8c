/** A TIFF without compression, put together by hand. @see TIFF 6.0, section 2 */
export function tiff(
  {width, height, channels, bits}: {width: number; height: number; channels: number; bits: 8 | 16},
  samples: Buffer,
): Buffer {
  const [SHORT, LONG] = [3, 4];
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    // More than two of them stand behind the directory.
    [258, SHORT, channels, bits],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, channels >= 3 ? 2 : 1],
    [273, LONG, 1, 0],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, samples.length],
  ];
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  const behind = 8 + directory.length;
  directory.writeUInt16LE(entries.length, 0);
  for (const [k, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + k * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    if (tag === 273) directory.writeUInt32LE(behind + channels * 2, at + 8);
    else if (tag === 258 && channels > 2) directory.writeUInt32LE(behind, at + 8);
    else directory.writeUInt32LE(value, at + 8);
  }
  const perChannel = Buffer.alloc(channels * 2);
  for (let c = 0; c < channels; c++) perChannel.writeUInt16LE(bits, c * 2);
  return Buffer.concat([Buffer.from('49492a0008000000', 'hex'), directory, perChannel, samples]);
}
