/** The frame: a rail with its places, the scope bar that is the question, and the page that answers it. */
import {lazy, type MouseEvent, Suspense, useCallback, useEffect, useMemo, useState} from 'react';
import {Route, Switch, useLocation} from 'wouter';
import {useSession} from './api.ts';
import {useLive, useNewest} from './live.ts';
import {Overview} from './pages/overview.tsx';
import {useArrival} from './parts/heading.tsx';
import {ScopeBar} from './parts/scope-bar.tsx';
import {ThemeToggle, toggleTheme} from './parts/theme.tsx';
import {useQuestion} from './question.ts';

// Other pages than the first come when they are asked for: nobody need wait for them.
const Andon = lazy(async () => ({default: (await import('./pages/andon.tsx')).Andon}));
const Capability = lazy(async () => ({default: (await import('./pages/capability.tsx')).Capability}));
const Charts = lazy(async () => ({default: (await import('./pages/charts.tsx')).Charts}));
const Contain = lazy(async () => ({default: (await import('./pages/contain.tsx')).Contain}));
const Data = lazy(async () => ({default: (await import('./pages/data.tsx')).Data}));
const HoldPage = lazy(async () => ({default: (await import('./pages/hold.tsx')).HoldPage}));
const HoldReport = lazy(async () => ({default: (await import('./pages/hold-report.tsx')).HoldReport}));
const Holds = lazy(async () => ({default: (await import('./pages/holds.tsx')).Holds}));
const Inspections = lazy(async () => ({default: (await import('./pages/inspections.tsx')).Inspections}));
const Investigate = lazy(async () => ({default: (await import('./pages/investigate.tsx')).Investigate}));
const Measurement = lazy(async () => ({default: (await import('./pages/measurement.tsx')).Measurement}));
const NoSuchPage = lazy(async () => ({default: (await import('./pages/no-such-page.tsx')).NoSuchPage}));
const Responses = lazy(async () => ({default: (await import('./pages/responses.tsx')).Responses}));
const SignedIn = lazy(async () => ({default: (await import('./parts/signed-in.tsx')).SignedIn}));
const SignInPage = lazy(async () => ({default: (await import('./parts/sign-in.tsx')).SignInPage}));
const Trace = lazy(async () => ({default: (await import('./pages/trace.tsx')).Trace}));
const ControlChart = lazy(async () => ({default: (await import('./pages/control-chart.tsx')).ControlChart}));

const PLACES = [
  {path: '/', name: 'Overview'},
  {path: '/investigate', name: 'Investigate'},
  {path: '/trace', name: 'Trace'},
  {path: '/charts', name: 'Charts'},
  {path: '/capability', name: 'Capability'},
  {path: '/measurement', name: 'Measurement systems'},
  {path: '/holds', name: 'Holds'},
  {path: '/inspections', name: 'Inspections'},
  {path: '/data', name: 'Data'},
] as const;

export function App() {
  const [, navigate] = useLocation();
  useLive();
  useNewest();
  const session = useSession().data;
  const isShut = session && session.mode === 'keys' && session.name === null;
  const [path] = useLocation();
  const {params} = useQuestion();
  const isAndon = path === '/' && params.has('kiosk') && !isShut;
  // Each study and each trace is a page of its own.
  useArrival(`${path} ${isAndon} ${params.get('study')} ${params.get('id')}`, isShut);
  if (isAndon) {
    return (
      <Suspense fallback={<p role="status">Loading the page …</p>}>
        <Andon />
      </Suspense>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links do the acting; this only keeps them from reloading the page
    <div className="frame" onClick={event => followHere(event, navigate)}>
      <a className="skip" href="#answer">
        Skip to the answer
      </a>
      <Rail isShut={isShut} />
      <div className="stage">
        {!isShut && <ScopeBar />}
        <main id="answer" tabIndex={-1}>
          {isShut ? (
            <Suspense>
              <SignInPage />
            </Suspense>
          ) : (
            <Pages />
          )}
        </main>
      </div>
    </div>
  );
}

/**
 * What a page of one thing is about, out of the address as it was written. The router undoes some escapes by itself, "%25"
 * among them, and what it gives cannot be undone once more.
 */
const named = () => decodeURIComponent(location.pathname.split('/')[2]);

function Pages() {
  return (
    <Suspense fallback={<p role="status">Loading the page …</p>}>
      <Switch>
        <Route path="/" component={Overview} />
        <Route path="/investigate" component={Investigate} />
        <Route path="/contain" component={Contain} />
        <Route path="/trace" component={Trace} />
        <Route path="/charts" component={Charts} />
        <Route path="/charts/:parameter">{({parameter}) => <ControlChart key={parameter} parameter={named()} />}</Route>
        <Route path="/capability/:parameter?">
          {({parameter}) => <Capability parameter={parameter ? named() : null} />}
        </Route>
        <Route path="/measurement" component={Measurement} />
        <Route path="/holds" component={Holds} />
        <Route path="/holds/:id/report">{() => <HoldReport id={named()} />}</Route>
        <Route path="/holds/:id">{({id}) => <HoldPage key={id} id={named()} />}</Route>
        <Route path="/responses" component={Responses} />
        <Route path="/inspections" component={Inspections} />
        <Route path="/data" component={Data} />
        <Route>
          <NoSuchPage places={PLACES} />
        </Route>
      </Switch>
    </Suspense>
  );
}

function Rail({isShut}: {isShut: boolean | undefined}) {
  const [path] = useLocation();
  const {href} = useQuestion();
  const here = PLACES.find(place => place.path !== '/' && path.startsWith(place.path)) ?? placeOfDetail(path);
  return (
    <header className="rail">
      <a className="brand" href={href('/')} aria-label="Fishbone, overview">
        <svg viewBox="0 0 36 20" width="36" height="20" aria-hidden="true">
          <path
            className="brand-bones"
            d="M3 10h20M10 10 6.500 3M17 10 13.500 3M10 10l-3.500 7M17 10l-3.500 7M3 10 0.500 6.500M3 10 .5 13.500"
          />
          <path className="brand-head" d="M22 3.500q10 1.500 12.500 6.500-2.500 5-12.500 6.500 2.500-6.500 0-13z" />
        </svg>
        <span>Fishbone</span>
      </a>
      {!isShut && <Finder />}
      <nav aria-label="Places">
        {PLACES.map(place => (
          <a key={place.path} href={href(place.path)} aria-current={place === here ? 'page' : undefined}>
            {place.name}
          </a>
        ))}
      </nav>
      <div className="rail-foot">
        <Suspense>
          <SignedIn />
        </Suspense>
        <ThemeToggle />
      </div>
    </header>
  );
}

/** Opens with Ctrl+K wherever the focus is, or by its button. */
function Finder() {
  const {href} = useQuestion();
  const [, navigate] = useLocation();
  // Counted: the one that closes may say so when the next is open already, as a scanner is fast.
  const [open, setOpen] = useState(0);
  const show = useCallback(
    () => setOpen(before => (document.querySelector('.palette[open]') ? before : before + 1)),
    [],
  );
  const close = useCallback(() => setOpen(now => (now === open ? 0 : now)), [open]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      show();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [show]);
  // At hand before somebody types: letters that come sooner than its field would be lost.
  const [Palette, setPalette] = useState<typeof import('./parts/palette.tsx').Palette | null>(null);
  useEffect(() => {
    if (Palette) return;
    const fetch = async () => {
      const made = await import('./parts/palette.tsx');
      setPalette(() => made.Palette);
    };
    const timer = setTimeout(() => void fetch(), open ? 0 : 1_000);
    return () => clearTimeout(timer);
  }, [Palette, open]);
  const deeds = useMemo(
    () => [
      {name: 'Dark or light', act: toggleTheme},
      {name: 'Andon view', act: () => navigate(href('/', {kiosk: 'on'}))},
      {name: 'Print', act: () => setTimeout(print)},
    ],
    [href, navigate],
  );
  return (
    <>
      <button
        type="button"
        className="finder"
        aria-keyshortcuts="Control+K Meta+K"
        aria-haspopup="dialog"
        onClick={show}
      >
        Find <kbd>Ctrl K</kbd>
      </button>
      {open > 0 && Palette && <Palette key={open} places={PLACES} deeds={deeds} close={close} />}
    </>
  );
}

/** The suspect population belongs to the investigation that led to it. */
function placeOfDetail(path: string) {
  if (path === '/') return PLACES[0];
  // Rules are a way to holds.
  if (path.startsWith('/responses')) return PLACES[6];
  return path.startsWith('/contain') ? PLACES[1] : undefined;
}

/** Links of every kind, those inside drawings too, move within the page unless the reader asks for a new tab. */
function followHere(event: MouseEvent, navigate: (to: string) => void): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element).closest('a');
  const to = link?.getAttribute('href') ?? link?.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
  if (!link || !to?.startsWith('/') || to.startsWith('/v1/') || link.getAttribute('target')) return;
  event.preventDefault();
  navigate(to);
}
