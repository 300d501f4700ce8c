/** The heading of a page: it names the document, and whoever came from another page finds the focus there. */
import {type ReactNode, useEffect, useLayoutEffect, useRef} from 'react';

/** Another page was asked for, and its heading has not come yet. */
let isAwaited = false;

/**
 * Takes the focus from what led to another page, unless something within the page keeps it on purpose.
 * @param page what tells pages apart
 * @param isShut whether somebody has to sign in first, once that is known: signing in and out lead to another page
 */
export function useArrival(page: string, isShut: boolean | undefined): void {
  const before = useRef({page, isShut});
  const isReturn = useRef(false);
  useEffect(() => {
    const onReturn = () => {
      isReturn.current = true;
    };
    // In the capture phase, so that it is known before the router shows the page.
    addEventListener('popstate', onReturn, true);
    return () => removeEventListener('popstate', onReturn, true);
  }, []);
  useLayoutEffect(() => {
    const {page: pageBefore, isShut: shutBefore} = before.current;
    const isNew = page !== pageBefore || (shutBefore !== undefined && isShut !== shutBefore);
    const top = !isReturn.current;
    before.current = {page, isShut};
    isReturn.current = false;
    if (!isNew) return;
    isAwaited = true;
    // Whoever goes back is put by the browser where they were.
    if (top) scrollTo(0, 0);
    const main = document.querySelector('main');
    // A link that led here may stand in the old picture for a while yet.
    if (!main?.contains(document.activeElement) || document.activeElement?.matches('a'))
      main?.focus({preventScroll: true});
  });
}

interface Props {
  /** Of the page, in the title of the document. */
  name: string;
  /** What is seen; without, the name is there for those who listen. */
  children?: ReactNode;
}

export function Heading({name, children}: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · Fishbone`;
    if (!isAwaited) return;
    const {activeElement} = document;
    // Whoever went on before the page was here is left where they are.
    if (activeElement === document.body || activeElement?.matches('main'))
      heading.current?.focus({preventScroll: true});
    isAwaited = false;
  }, [name]);
  return (
    <h1 ref={heading} tabIndex={-1} className={children === undefined ? 'sr-only' : undefined}>
      {children ?? name}
    </h1>
  );
}
