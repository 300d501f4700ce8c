import type {Server} from 'node:http';
import type {Socket} from 'node:net';

/** Whoever has just connected may be about to ask. */
const PATIENCE_MS = 500;

/**
 * Watches for connections that were opened and never asked anything: Node does not count them as idle, so a server that is
 * being closed would wait for them until they time out.
 * @returns lets go of them, now and then, until the server is closed
 */
export function unusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({socket}) => unused.delete(socket));
  return () => {
    const letGo = setInterval(() => {
      for (const socket of unused) socket.destroy();
      server.closeIdleConnections();
    }, PATIENCE_MS);
    server.once('close', () => clearInterval(letGo));
  };
}
