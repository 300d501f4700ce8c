import {useState} from 'react';

const NAME = 'fishbone-theme';

/** The theme that was chosen here, or what the system prefers when none was. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(NAME);
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}

export function ThemeToggle() {
  const [dark, setDark] = useState(isDark);
  const toggle = () => {
    localStorage.setItem(NAME, dark ? 'light' : 'dark');
    applyTheme();
    setDark(!dark);
  };
  return (
    <button type="button" className="quiet-button theme-toggle" onClick={toggle}>
      {dark ? 'Light' : 'Dark'}
    </button>
  );
}

function isDark(): boolean {
  const {theme} = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
