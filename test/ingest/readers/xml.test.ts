import {expect, test} from 'vitest';
import {readXml, XmlFault} from '../../../ingest/readers/xml.ts';
import {xmlRoot} from '../../../ingest/readers/xml-root.ts';

async function* pieces(content: string | Buffer, bytes = 7): AsyncGenerator<Buffer> {
  const whole = Buffer.from(content);
  // The first piece holds the declaration, as it does in a file.
  for (let at = 0; at < whole.length; ) {
    const end = at === 0 ? Math.max(bytes, 60) : at + bytes;
    yield whole.subarray(at, end);
    at = end;
  }
}

/** What was told, in a line, and the fault that ended it. */
async function told(content: string | Buffer, bytes?: number): Promise<string> {
  let said = '';
  const events = {
    open: (name: string, namespace: string, _: object, line: number) => {
      said += `<${namespace}|${name}@${line}>`;
    },
    text: (text: string) => {
      said += text;
    },
    close: () => {
      said += '</>';
    },
  };
  await readXml(pieces(content, bytes), events).catch((error: unknown) => {
    if (!(error instanceof XmlFault)) throw error;
    said += ` !${error.line}: ${error.message}`;
  });
  return said;
}

test('elements with their namespaces and lines, text, CDATA and characters by number, across the edges of pieces', async () => {
  const xml = '<p:a xmlns:p="u"><b xmlns="v"/>\r\n<c>x &amp; &#252; \u{1F600}<![CDATA[<y>]]></c></p:a>';
  for (const bytes of [1, 2, 3, 7, 1000])
    expect(await told(xml, bytes)).toBe('<u|a@1><v|b@1></>\n<|c@2>x & ü 😀<y></></>');
});

test('text in the encoding that the declaration says', async () => {
  const latin = (encoding: string) =>
    Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>Stra\xdfe</a>`, 'latin1');
  expect(await told(latin('ISO-8859-1'))).toBe('<|a@1>Straße</>');
  expect(await told(latin('windows-1252'))).toBe('<|a@1>Straße</>');
  expect(await told(latin('UTF-8'), 1000)).toBe('<|a@1> !1: bytes that are not UTF-8, the encoding that it claims');
  expect(await told(Buffer.from('\ufeff<?xml version="1.0" encoding="ISO-8859-1"?><a>ß</a>'))).toBe('<|a@1>ß</>');
  expect(await told(latin('EBCDIC-CP-US'))).toBe(
    ' !1: its declaration says the encoding "EBCDIC-CP-US", which is not read: save it as UTF-8',
  );
});

const LAUGHS = '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;">]>\n<a>&m;</a>';

test.each([
  ['a DOCTYPE', LAUGHS, ' !1: a DOCTYPE, which is not taken: it may define entities'],
  [
    'an outer DTD',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ' !1: a DOCTYPE, which is not taken: it may define entities',
  ],
  ['an entity that nobody defined', '<a>\n&laugh;</a>', '<|a@1> !2: not well-formed: undefined entity'],
  ['NUL', '<a>\n\n<b>x\0</b></a>', '<|a@1>\n\n<|b@3> !3: not well-formed: disallowed character'],
  ['what is cut off', '<a>\n<b>x', '<|a@1>\n<|b@2> !2: not well-formed: unclosed tag: b'],
  ['what is cut off behind an element', '<a>\n<b/>', '<|a@1>\n<|b@2></> !2: not well-formed: unclosed tag: a'],
  ['a second root', '<a/>\n<b/>', '<|a@1></> !2: not well-formed: documents may contain only one root'],
  ['nothing', ' ', ' !1: not well-formed: document must contain a root element'],
  ['a prefix that means nothing', '<p:a/>', ' !1: not well-formed: unbound namespace prefix: "p"'],
  ['tags that cross', '<a><b></a></b>', '<|a@1><|b@1> !1: not well-formed: unexpected close tag'],
])('ends at %s', async (_, xml, expected) => {
  expect(await told(xml)).toBe(expected);
});

test('ends where it is nested too deep', async () => {
  expect(await told(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`, 1000)).not.toContain('!');
  expect(await told(`${'<a>'.repeat(65)}${'</a>'.repeat(65)}`, 1000)).toMatch(/ !1: nested deeper than 64 elements$/);
});

const LONG = 3 << 20;

test.each([
  ['text', `<a>${'x'.repeat(LONG)}</a>`],
  ['a text of characters by number', `<a>${'&#65;'.repeat(LONG / 5)}</a>`],
  ['an attribute', `<a b="${'x'.repeat(LONG)}"/>`],
  ['a name', `<${'x'.repeat(LONG)}/>`],
  ['a comment', `<a><!--${' <'.repeat(LONG / 2)}--></a>`],
  ['CDATA', `<a><![CDATA[${']]'.repeat(LONG / 2)}]]></a>`],
  ['a processing instruction', `<a><?p ${'<'.repeat(LONG)}?></a>`],
  ['a closing tag', `<a></${'a'.repeat(LONG)}>`],
  ['an endless DOCTYPE', `<!DOCTYPE a [${'<!ENTITY l "l">'.repeat(LONG / 15)}`],
])('%s of three million characters is not kept', async (_, xml) => {
  expect(await told(xml, 1 << 16)).toMatch(/ !1: a tag, text or comment of more than a million characters$/);
});

test('an element with very many attributes is not kept', async () => {
  const attributes = Array.from({length: 2000}, (_, i) => `a${i}=""`).join(' ');
  expect(await told(`<a ${attributes}/>`, 1 << 16)).toBe(' !1: an element with more than 1000 attributes');
});

test.each([
  [
    '\ufeff<?xml version="1.0"?>\n<!-- <b/> --><p:a xmlns="v" xmlns:p=\'u\'>',
    {name: 'a', namespace: 'u', hasDoctype: false},
  ],
  ['<a x="1" xmlns="v"/>', {name: 'a', namespace: 'v', hasDoctype: false}],
  ['<a/>', {name: 'a', namespace: '', hasDoctype: false}],
  ['<!DOCTYPE html><html/>', {name: 'html', namespace: '', hasDoctype: true}],
  ['a,b\n1,2', undefined],
  ['<!-- never ends', undefined],
  ['', undefined],
])('the root of %j', (head, expected) => {
  expect(xmlRoot(Buffer.from(head))).toEqual(expected);
});
