/**
 * Plot puts a style element into every drawing, which a strict content security policy blocks. Its few rules stand in our
 * style sheet instead (charts.css, `.plot-drawing`), and the element is taken out before the drawing enters the page.
 * Names that it gives to groups ("rule", "tick") say nothing to a reader of the screen and go too.
 */
export function styledByPage<E extends Element>(drawing: E): E {
  for (const style of drawing.querySelectorAll('style')) style.remove();
  for (const group of drawing.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return drawing;
}
