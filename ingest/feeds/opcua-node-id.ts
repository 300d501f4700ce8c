import './opcua-quiet.ts';
import {type NodeId, resolveNodeId} from 'node-opcua-client';

/**
 * Namespaces are numbered by the server, which may number them anew; `nsu=` names one.
 * @returns null for a namespace that the server does not have, or what is no node id
 */
export function nodeIdIn(namespaces: readonly string[], text: string): NodeId | null {
  const [, uri, rest] = /^nsu=([^;]+);(.*)$/.exec(text) ?? [];
  const index = uri === undefined ? null : namespaces.indexOf(uri);
  if (index === -1) return null;
  try {
    return resolveNodeId(index === null ? text : `ns=${index};${rest}`);
  } catch {
    // Said of the node by whoever wants it.
    return null;
  }
}
