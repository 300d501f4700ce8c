/** The command palette: a serial, a page, a parameter or a defect, by what it is called; all of it from the keyboard. */
import '../style/palette.css';
import {type KeyboardEvent, useEffect, useId, useMemo, useRef, useState} from 'react';
import {useLocation} from 'wouter';
import {useFound, useParameters, usePlant} from '../api.ts';
import {words} from '../format.ts';
import {gageHref, PATH, useStudies} from '../measurement-questions.ts';
import {type Command, fitting} from '../palette.ts';
import {useQuestion} from '../question.ts';

interface Props {
  places: readonly {path: string; name: string}[];
  /** What the frame can do. */
  deeds: readonly {name: string; act: () => void}[];
  close: () => void;
}

export function Palette({places, deeds, close}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const [, navigate] = useLocation();
  const list = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const commands = useCommands(typed, {places, deeds});
  const at = Math.min(chosen, commands.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    dialog.current?.close();
    if (command.href !== null) navigate(command.href);
    command.act?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setChosen((at + step + commands.length) % commands.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[at]);
    }
  };
  return (
    <dialog ref={dialog} className="palette" onClose={close} aria-label="Find and go to">
      <input
        role="combobox"
        aria-expanded={commands.length > 0}
        aria-controls={list}
        aria-activedescendant={commands.length > 0 ? `${list}-${at}` : undefined}
        aria-autocomplete="list"
        aria-label="Serial, lot, work order, page, parameter or defect"
        placeholder="Serial, lot, work order, page, parameter, defect …"
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onKeyDown={onKeyDown}
        onChange={event => {
          setTyped(event.target.value);
          setChosen(0);
        }}
      />
      <Found id={list} commands={commands} at={at} run={run} />
      <p className="palette-keys" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> open · <kbd>Esc</kbd> close
      </p>
    </dialog>
  );
}

interface FoundProps {
  id: string;
  commands: readonly Command[];
  at: number;
  run: (command: Command) => void;
}

function Found({id, commands, at, run}: FoundProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.children.namedItem(`${id}-${at}`)?.scrollIntoView({block: 'nearest'}), [id, at]);
  return (
    <div ref={list} id={id} role="listbox" aria-label="What fits">
      {commands.map((command, k) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the focus stays in the field, whose keys choose
        <div
          key={`${command.group} ${command.detail} ${command.name}`}
          id={`${id}-${k}`}
          role="option"
          aria-selected={k === at}
          onClick={() => run(command)}
        >
          <small>{commands[k - 1]?.group === command.group ? '' : command.group}</small>
          <span>{command.name}</span>
          {command.detail && <small>{command.detail}</small>}
        </div>
      ))}
    </div>
  );
}

/** Ids are asked for when the typing rests. */
const REST_MS = 120;

function useCommands(typed: string, {places, deeds}: Pick<Props, 'places' | 'deeds'>): Command[] {
  const {scope, href} = useQuestion();
  const plant = usePlant().data;
  const parameters = useParameters({product: scope.product, asOf: scope.asOf}).data?.parameters;
  const studies = useStudies(scope.asOf).data?.gage;
  const sought = useRested(typed.trim());
  const found = useFound(sought, scope.asOf).data?.items;
  const known = useMemo(
    (): Command[] => [
      ...places.map(({path, name}): Command => ({group: 'Go to', name, href: href(path)})),
      ...deeds.map(({name, act}): Command => ({group: 'Do', name, href: null, act})),
      ...(plant?.defects ?? []).map(
        ({defect}): Command => ({
          group: 'Causes of',
          name: defect,
          href: href('/investigate', {defect, against: null}),
        }),
      ),
      ...[{parameter: 'any-fail'}, ...(parameters ?? [])].map(
        ({parameter}): Command => ({
          group: 'Control chart of',
          name: parameter,
          href: href(`/charts/${encodeURIComponent(parameter)}`, parameter === 'any-fail' ? {kind: 'laney-p'} : {}),
        }),
      ),
      ...(studies ?? []).map(
        (study): Command => ({
          group: 'Gage study of',
          name: study.parameter,
          detail: study.where ?? undefined,
          href: href(PATH, gageHref(study)),
        }),
      ),
      ...(plant?.products ?? []).map(
        ({product}): Command => ({group: 'Product', name: product, href: href('/', {product})}),
      ),
    ],
    [places, deeds, plant, parameters, studies, href],
  );
  return useMemo(() => {
    const text = typed.trim();
    const ids = text === '' ? [] : (found ?? []).filter(({id}) => id.toLowerCase().startsWith(text.toLowerCase()));
    const traces = ids.map(
      ({kind, id}): Command => ({group: 'Trace', name: id, detail: words(kind), href: href('/trace', {id, kind})}),
    );
    const fits = fitting(known, text);
    // Scanned faster than anybody can look up: Enter traces what was typed.
    const asTyped: Command[] =
      text === '' || ids.some(({id}) => id === text)
        ? []
        : [{group: 'Trace', name: text, detail: 'as typed', href: href('/trace', {id: text})}];
    const isExact = fits.length > 0 && fits[0].name.toLowerCase().startsWith(text.toLowerCase());
    return isExact ? [...fits, ...traces, ...asTyped] : [...traces, ...fits, ...asTyped];
  }, [known, found, typed, href]);
}

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
