// Tickets by @auth0/cose and base45: the claims of a seat signed with Ed25519 as COSE_Sign1 in
// base45, and read back and verified. The claims are those of area_passes.c, fresh times each.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Sign1 } from '@auth0/cose';
import base45 from 'base45';
import { encode, decode } from 'cbor-x';

const ROUND = 20;
const NOW = 1795000000;
// RFC 8032, 7.1, test 1, as PKCS #8
const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const key = createPrivateKey({ format: 'der', type: 'pkcs8',
  key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex') });
const publicKey = createPublicKey(key);
let made = 0;

const claims = () => encode(new Map([[1, 'ACME'], [4, NOW + 5000000], [5, NOW - 5000000],
  [6, NOW - 1 - (++made % 1000)], [7, Buffer.from([1, 2, 3, 4, 5, 6, 7, made & 255])],
  [-65537, [2, 'Gala', 'A12', 'Row A', 'EUR', 2500]]]));

async function issue1() {
  const signed = await Sign1.sign(new Map([[1, -8]]), new Map(), claims(), key);
  return base45.encode(Buffer.from(signed.encode()));
}

export async function issue() {
  for (let i = 0; i < ROUND; i++) await issue1();
  return ROUND;
}

let text;
export async function verify() {
  text ??= await issue1();
  for (let i = 0; i < ROUND; i++) {
    const signed = Sign1.decode(base45.decode(text));
    await signed.verify(publicKey);
    const read = decode(signed.payload);
    if (read.length === 0) throw new Error('no claims');
  }
  return ROUND;
}
