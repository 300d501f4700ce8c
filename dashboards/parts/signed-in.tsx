import {useSession, useSignOut} from '../api.ts';

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
