/** What the first element of an XML file is, as far as its first bytes tell. */
export interface XmlRoot {
  /** Without prefix. */
  name: string;
  namespace: string;
  /** It has a document type declaration, which no reader takes: it may define entities. */
  hasDoctype: boolean;
}

/** @returns undefined if these bytes do not begin as XML does */
export function xmlRoot(head: Buffer): XmlRoot | undefined {
  let rest = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  for (;;) {
    const end = rest.startsWith('<?') ? '?>' : rest.startsWith('<!--') ? '-->' : undefined;
    if (!end) break;
    const at = rest.indexOf(end, 2);
    if (at < 0) return undefined;
    rest = rest.slice(at + end.length).trimStart();
  }
  const doctype = /^<!DOCTYPE\s+(?:[\w.-]+:)?([\w.-]+)/.exec(rest);
  if (doctype) return {name: doctype[1], namespace: '', hasDoctype: true};
  const tag = /^<(?:([\w.-]+):)?([\w.-]+)([^>]*)/.exec(rest);
  if (!tag) return undefined;
  const [, prefix, name, attributes] = tag;
  for (const [, declared, double, single] of attributes.matchAll(
    /\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  ))
    if (declared === prefix) return {name, namespace: double ?? single, hasDoctype: false};
  return {name, namespace: '', hasDoctype: false};
}
