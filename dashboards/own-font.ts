/**
 * The fonts that this page has loaded, as a style sheet with their bytes in it: a picture is drawn apart from the page, and without
 * them in the font of the machine.
 */
export async function ownFonts(): Promise<string> {
  const loaded = new Set([...document.fonts].filter(({status}) => status === 'loaded').map(font => keyOf(font)));
  const rules = [...document.styleSheets]
    .flatMap(sheet => [...sheet.cssRules])
    .filter(rule => rule instanceof CSSFontFaceRule)
    .filter(({style}) =>
      loaded.has(
        keyOf({
          family: style.getPropertyValue('font-family'),
          weight: style.getPropertyValue('font-weight'),
          unicodeRange: style.getPropertyValue('unicode-range'),
        }),
      ),
    );
  const told = await Promise.all(rules.map(withBytes));
  return told.join('\n');
}

/** The same face in two spellings. */
const keyOf = ({family, weight, unicodeRange}: Pick<FontFace, 'family' | 'weight' | 'unicodeRange'>): string =>
  `${family} ${weight} ${unicodeRange}`.replaceAll(/["'\s]/g, '').toLowerCase();

async function withBytes({cssText, parentStyleSheet}: CSSFontFaceRule): Promise<string> {
  const [whole, , address] = /url\((["']?)(.*?)\1\)/.exec(cssText) ?? [];
  if (whole === undefined) return cssText;
  const answer = await fetch(new URL(address, parentStyleSheet?.href ?? location.href));
  if (!answer.ok) throw new Error(`the font ${address} could not be had (${answer.status})`);
  const bytes = await answer.blob();
  const data = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('a font could not be read'));
    reader.readAsDataURL(bytes);
  });
  return cssText.replace(whole, `url("${data}")`);
}
