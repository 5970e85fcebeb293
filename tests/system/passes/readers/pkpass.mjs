// Judges .pkpass files with programs of other authors, from what Apple says of them: unzip takes the
// file apart, node:crypto hashes every file against the manifest, pkijs verifies the detached
// signature and its chain up to the root, and refuses it with one bit of the manifest flipped;
// passkit-generator's schemas read pass.json.
// Usage: pkpass.mjs ROOT.pem FILE.pkpass...
// Prints a line for each: serial number, style, message of the barcode, signing time, certificates.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as pkijs from 'pkijs';

const require = createRequire(import.meta.url);
const schemas = require(join(import.meta.dirname,
  'node_modules/passkit-generator/lib/cjs/schemas/index.js'));
const [rootFile, ...files] = process.argv.slice(2);
pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }));

const derOfPem = (pem) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
const bytes = (buffer) => buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);
const root = pkijs.Certificate.fromBER(bytes(derOfPem(readFileSync(rootFile, 'utf8'))));
const SIGNING_TIME = '1.2.840.113549.1.9.5';

async function good(signed, manifest) {
  const result = await signed.verify({ signer: 0, data: bytes(manifest), checkChain: true,
    trustedCerts: [root], checkDate: new Date(), extendedMode: true }).catch((e) => e);
  return result.signatureVerified === true && result.signerCertificateVerified === true;
}

for (const file of files) {
  const names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n');
  const read = (name) => execFileSync('unzip', ['-p', file, name.replace(/[[\]*?]/g, '\\$&')]);
  const manifest = read('manifest.json');
  const sums = JSON.parse(manifest);
  const apart = ['manifest.json', 'signature'];
  assert.deepEqual(Object.keys(sums).sort(), names.filter((n) => !apart.includes(n)).sort());
  for (const [name, sum] of Object.entries(sums))
    assert.equal(createHash('sha1').update(read(name)).digest('hex'), sum, `${name}: its hash`);

  const content = pkijs.ContentInfo.fromBER(bytes(read('signature')));
  const signed = new pkijs.SignedData({ schema: content.content });
  assert.equal(signed.encapContentInfo.eContent, undefined, 'detached');
  assert.ok(await good(signed, manifest), `${file}: pkijs refuses the signature`);
  const flipped = Buffer.from(manifest);
  flipped[flipped.length >> 1] ^= 1;
  assert.equal(await good(signed, flipped), false, `${file}: pkijs takes another manifest`);
  const time = signed.signerInfos[0].signedAttrs.attributes.find((a) => a.type === SIGNING_TIME);

  const pass = JSON.parse(read('pass.json'));
  const { error } = schemas.PassProps.validate(pass, { abortEarly: false });
  assert.equal(error, undefined, `${file}: ${error}`);
  const style = ['storeCard', 'coupon', 'eventTicket', 'generic'].find((s) => pass[s]);
  console.log(pass.serialNumber, style, pass.barcodes[0].message,
    time.values[0].toDate().toISOString(), signed.certificates.length);
}
