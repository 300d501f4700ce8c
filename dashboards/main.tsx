import '@fontsource-variable/inter/wght.css';
import './style/tokens.css';
import './style/frame.css';
import './style/elements.css';
import './style/charts.css';
import './style/overview.css';
import './style/take-along.css';
import './style/narrow.css';
import './style/print.css';
import {keepPreviousData, QueryClient, QueryClientProvider} from '@tanstack/react-query';
import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {Problem} from './api.ts';
import {App} from './app.tsx';
import {applyTheme} from './parts/theme.tsx';

applyTheme();
const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The old picture stays while the new one is on its way.
      placeholderData: keepPreviousData,
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && error instanceof Problem && error.status === 0,
    },
  },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
