import {useSyncExternalStore} from 'react';

const NAME = 'fishbone-theme';
const listeners = new Set<() => void>();

/** The theme that was chosen here, or what the system prefers when none was. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(NAME);
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  for (const listener of listeners) listener();
}

export function toggleTheme(): void {
  localStorage.setItem(NAME, isDark() ? 'light' : 'dark');
  applyTheme();
}

export function ThemeToggle() {
  const dark = useSyncExternalStore(listen, isDark);
  return (
    <button type="button" className="quiet-button theme-toggle" onClick={toggleTheme}>
      {dark ? 'Light' : 'Dark'}
    </button>
  );
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isDark(): boolean {
  const {theme} = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
