/** Signing in, with a key or at the plant's issuer. */
import type {SubmitEvent} from 'react';
import {Problem, useSession, useSignIn} from '../api.ts';
import {formText} from './form-text.ts';
import {Heading} from './heading.tsx';

export function SignInPage() {
  return (
    <>
      <Heading name="Who are you?">Who are you?</Heading>
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
