import type {ReactNode} from 'react';

/** Holds a table that may be wider than the page: the table scrolls, the page does not. */
export function Wide({label, children}: {label: string; children: ReactNode}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="wide" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
