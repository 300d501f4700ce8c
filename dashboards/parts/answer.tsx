/** The states of an answer: none yet, failed, old while the new one is on its way, and here. */
import {lazy, type ReactNode, Suspense, useEffect, useState} from 'react';
import {Problem} from '../api.ts';

// Nobody waits for it who is signed in.
const SignIn = lazy(async () => ({default: (await import('./sign-in.tsx')).SignIn}));

interface AnswerProps<T> {
  query: {
    data: T | undefined;
    error: Error | null;
    isPlaceholderData: boolean;
    isFetching: boolean;
    refetch: () => unknown;
  };
  children: (data: T) => ReactNode;
}

export function Answer<T>({query, children}: AnswerProps<T>) {
  const {data, error, isPlaceholderData, isFetching} = query;
  if (error && (data === undefined || isPlaceholderData)) return <ProblemNote error={error} retry={query.refetch} />;
  if (data === undefined) return <Waiting />;
  return (
    <>
      {error && <ProblemNote error={error} retry={query.refetch} />}
      <div className={isPlaceholderData && isFetching ? 'answer old' : 'answer'} aria-busy={isPlaceholderData}>
        {children(data)}
      </div>
    </>
  );
}

/** Nothing for the first moment: an answer that comes at once should not flicker. */
function Waiting() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className="waiting" role="status">
      {slow ? 'Working it out …' : ''}
    </p>
  );
}

export function ProblemNote({error, retry}: {error: Error; retry?: () => unknown}) {
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="problem" role="alert">
      <h2>{problem?.title ?? 'Something went wrong'}</h2>
      <p>{error.message}</p>
      {problem?.hint && problem.status !== 401 && <p className="hint">{problem.hint}</p>}
      {problem?.status === 401 ? (
        <Suspense>
          <SignIn />
        </Suspense>
      ) : (
        retry && <RetryButton retry={retry} />
      )}
    </div>
  );
}

function RetryButton({retry}: {retry: () => unknown}) {
  return (
    <button type="button" onClick={() => retry()}>
      Try again
    </button>
  );
}

/** An empty page teaches the next step. */
export function Empty({title, children, command}: {title: string; children?: ReactNode; command?: string}) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
      {command && <Command text={command} />}
    </div>
  );
}

export function Command({text}: {text: string}) {
  return (
    <pre className="command">
      <code>{text}</code>
    </pre>
  );
}
