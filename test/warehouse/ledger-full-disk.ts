// Run under `ulimit -f`: appends until the file may not grow, then something that still fits.
import {Ledger} from '../../warehouse/ledger.ts';

const ledger = await Ledger.open(process.argv[2]);
let refused = '';
while (refused === '') {
  await ledger.append('batch', 'x'.repeat(200)).catch((error: Error) => {
    refused = error.message;
  });
}
const acknowledged = ledger.head.seq;
const small = await ledger.append('batch', 1);
await ledger.close();
console.log(JSON.stringify({refused, acknowledged, smallOneAfterwards: small.seq}));
