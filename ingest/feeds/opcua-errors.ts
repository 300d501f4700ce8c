import type {OpcuaNode, OpcuaServer} from './opcua-settings.ts';

const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|timeout|BadConnection|fail to connect|premature/i;

/** What went wrong with a server, in one sentence that says what to do. */
export function sayable(
  error: unknown,
  {endpoint, securityMode, securityPolicy, user, passwordFile}: OpcuaServer,
  certificates: string,
): Error {
  const {message} = error instanceof Error ? error : new Error(String(error));
  const first = (/\(err =(.*)\)/.exec(message)?.[1] ?? message).trim().split('\n')[0];
  const say = (sentence: string) => new Error(sentence, {cause: error});
  if (/Certificate verification failed|server certificate.*(reject|trust)/i.test(message)) {
    return say(
      `the certificate of ${endpoint} is not trusted: if it is the right one, move it from ${certificates}/rejected to ${certificates}/trusted/certs`,
    );
  }
  if (/BadIdentityToken|BadUserAccessDenied|BadUserSignature|identity/i.test(message)) {
    return user === undefined
      ? say(`${endpoint} takes nobody without a name: set "user" and "passwordFile"`)
      : say(`${endpoint} refuses the user "${user}": check "user" and the password in ${passwordFile}`);
  }
  if (/Cannot find|no endpoint|BadSecurityPolicyRejected|BadSecurityModeRejected/i.test(message)) {
    const wanted = securityMode === 'None' ? 'without security' : `with ${securityMode} and ${securityPolicy}`;
    return say(`${endpoint} has no endpoint ${wanted}: set "securityMode" and "securityPolicy" to what it offers`);
  }
  if (/BadCertificate|BadSecurityChecksFailed|BadTcpSecureChannel/i.test(message)) {
    return say(
      `${endpoint} refuses the certificate of Fishbone: let the server trust ${certificates}/own/certs/client_certificate.pem (${first})`,
    );
  }
  if (UNREACHABLE.test(message))
    return say(`${endpoint} cannot be reached: check the address and that the server is running (${first})`);
  return say(`${endpoint}: ${first}`);
}

/** What to do about a node that the server does not watch. */
export function nodeFault({node, station, parameter}: OpcuaNode, status: string): string {
  const what = `${station} ${parameter} (${node})`;
  if (status === 'BadNodeIdUnknown' || status === 'BadNodeIdInvalid')
    return `${what} is not known to the server: check its node id (${status})`;
  if (status === 'BadUserAccessDenied' || status === 'BadNotReadable')
    return `${what} must not be read: give the user the right to (${status})`;
  if (status.startsWith('BadDeadband') || status.includes('Filter'))
    return `${what} cannot have a deadband on this server: leave out "deadband" (${status})`;
  return `${what} cannot be watched (${status})`;
}
