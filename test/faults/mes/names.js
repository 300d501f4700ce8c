// Loaded before Fishbone (node --import): a name server that says where mes.plant is, and every now and then, as one does
// that somebody has got hold of, that it is at a link-local address. `link-local.plant` always is.
import dns from 'node:dns';
import {syncBuiltinESMExports} from 'node:module';

const SHARE = 0.01;
const {lookup} = dns.promises;

dns.promises.lookup = async (host, options) => {
  const bad = host === 'link-local.plant' || (host === 'mes.plant' && Math.random() < SHARE);
  if (bad) return [{address: '169.254.169.254', family: 4}];
  return host === 'mes.plant' ? [{address: '127.0.0.1', family: 4}] : lookup(host, options);
};
syncBuiltinESMExports();
