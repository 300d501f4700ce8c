/** Signing in, with a key or at the plant's issuer, and out again. */
import type {SubmitEvent} from 'react';
import {Problem, useSession, useSignIn, useSignOut} from '../api.ts';
import {formText} from './form-text.ts';

export function SignInPage() {
  return (
    <>
      <h1>Who are you?</h1>
      <p className="sign-in-why">What this plant knows is for those who work with it.</p>
      <SignIn />
    </>
  );
}

/** What stands where an answer would, when a session has ended. */
export function SignIn() {
  const issuer = useSession().data?.signIn;
  const signIn = useSignIn();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate(formText(new FormData(event.currentTarget), 'key'));
  };
  return (
    <div className="sign-in">
      {issuer && (
        <a className="button" href={`${issuer.url}?returnTo=${encodeURIComponent(here())}`}>
          Sign in with {new URL(issuer.issuer).host}
        </a>
      )}
      <form className="row-form" onSubmit={submit}>
        <label>
          <span>{issuer ? 'or with an API key' : 'API key'}</span>
          <input name="key" type="password" autoComplete="off" required placeholder="fb_…" />
        </label>
        <button type="submit" disabled={signIn.isPending}>
          Sign in
        </button>
      </form>
      {signIn.error && (
        <p className="hint" role="status">
          {signIn.error.message}
          {signIn.error instanceof Problem && signIn.error.status === 401 ? '. Nobody was signed in.' : ''}
        </p>
      )}
    </div>
  );
}

const here = (): string => location.pathname + location.search;

/** In the rail: who acts, and the way out. Nothing where nobody has to say who they are. */
export function SignedIn() {
  const session = useSession().data;
  const signOut = useSignOut();
  if (!session?.name) return null;
  const leave = () =>
    signOut.mutate(undefined, {
      onSuccess: ({issuer}) => {
        if (issuer) location.assign(issuer);
      },
    });
  return (
    <div className="signed-in">
      <span title={`${session.name}, ${session.role}`}>
        <b>{session.name}</b> <span className="role">{session.role}</span>
      </span>
      <button type="button" className="quiet-button" onClick={leave} disabled={signOut.isPending}>
        Sign out
      </button>
    </div>
  );
}
