// Whether a server on this machine is ready: ends with 0 or 1. For the health check of a container.
import process from 'node:process';

const port = process.env.FISHBONE_HEALTH_PORT || '4800';
try {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, {signal: AbortSignal.timeout(4_000)});
  if (!response.ok) console.error(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.error(`no answer on port ${port}: ${error.message}`);
  process.exitCode = 1;
}
