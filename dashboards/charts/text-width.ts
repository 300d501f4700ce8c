/**
 * Advance widths of Inter at weight 500, in hundredths of an em, from space to tilde, measured in a browser. Layouts that
 * must not let text overlap can so be worked out (and tested) where there is no browser.
 */
const ADVANCES = [
  27, 30, 49, 65, 65, 99, 65, 31, 37, 37, 52, 67, 30, 46, 30, 37, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 30, 32, 67,
  67, 67, 53, 98, 71, 66, 73, 72, 60, 59, 75, 74, 27, 58, 69, 57, 91, 76, 77, 64, 77, 65, 65, 65, 74, 71, 100, 70, 70,
  64, 37, 37, 37, 48, 46, 34, 57, 62, 58, 62, 59, 38, 62, 60, 25, 25, 56, 25, 89, 60, 60, 62, 62, 39, 54, 34, 60, 57,
  83, 56, 58, 56, 44, 35, 44, 67,
];
const WIDEST = 100;
/** The few others that figures and notes use. */
const OTHERS: Record<string, number> = {'\u00a0': 27, '×': 67, '≥': 84, '−': 67, '–': 50, '…': 91, '⁻': 53};
const SUPERSCRIPTS = /[⁰¹²³⁴⁵⁶⁷⁸⁹]/;
const SUPERSCRIPT = 45;
/** Semi-bold runs this much wider than medium, at most. */
const BOLD = 1.05;
/** Kerning and contextual shapes can add this much. */
const SHAPING = 1.02;

/** Width of a text in px; characters outside ASCII count as wide ones, so that the answer errs on the safe side. */
export function textWidth(text: string, sizePx: number, bold = false): number {
  let hundredths = 0;
  for (const char of text) hundredths += advance(char);
  return (hundredths / 100) * sizePx * SHAPING * (bold ? BOLD : 1);
}

function advance(char: string): number {
  return ADVANCES[char.codePointAt(0)! - 32] ?? OTHERS[char] ?? (SUPERSCRIPTS.test(char) ? SUPERSCRIPT : WIDEST);
}

/** The text cut so that it fits, with an ellipsis where something was cut. */
export function fitted(text: string, sizePx: number, roomPx: number, bold = false): string {
  if (textWidth(text, sizePx, bold) <= roomPx) return text;
  const chars = Array.from(text);
  while (chars.length > 0 && textWidth(`${chars.join('')}…`, sizePx, bold) > roomPx) chars.pop();
  return chars.length === 0 ? '' : `${chars.join('').trimEnd()}…`;
}
