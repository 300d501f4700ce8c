/** An element with all that is in it, which remembers what of it was asked for: the rest can be told. */
export class XmlElement {
  readonly name: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[] = [];
  content = '';
  isRead = false;
  /** Told of as a whole, so that what is in it needs no word. */
  isTold = false;

  constructor(name: string, line: number, attributes: Readonly<Record<string, string>> = {}) {
    this.name = name;
    this.line = line;
    this.attributes = attributes;
  }

  /** The children of these names, in the order of the file. */
  all(...names: string[]): XmlElement[] {
    const found = this.children.filter(child => names.includes(child.name));
    for (const one of found) one.isRead = true;
    return found;
  }

  /** The first child of this name; further ones stay unread. */
  first(name: string): XmlElement | undefined {
    const found = this.children.find(child => child.name === name);
    if (found) found.isRead = true;
    return found;
  }

  /** What the first of these says that says something. */
  text(...names: string[]): string | undefined {
    for (const name of names) {
      const said = this.first(name)?.own();
      if (said !== undefined) return said;
    }
    return undefined;
  }

  texts(name: string): string[] {
    return this.all(name)
      .map(one => one.own())
      .filter(text => text !== undefined);
  }

  own(): string | undefined {
    return this.content.trim() || undefined;
  }

  get saysNothing(): boolean {
    return this.own() === undefined && this.children.every(child => child.saysNothing);
  }
}
