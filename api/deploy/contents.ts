/** What of a checkout an archive is made of, besides packages; the container file copies the same. */
export const FOLDERS = ['api', 'warehouse', 'ingest', 'inference', 'dashboards', 'notebooks'];
export const FILES = ['package.json', 'package-lock.json', 'README.md', 'LICENSE', 'tsconfig.json'];

/** `fishbone` in the archive. */
export const LAUNCHER = `#!/bin/sh
# Starts Fishbone from where it was unpacked, with the Node that lies beside it or the one of this machine.
here=$(dirname "$(readlink -f "$0")")
node=$here/node/node
[ -x "$node" ] || node=node
exec "$node" "$here/api/fishbone.cjs" "$@"
`;
