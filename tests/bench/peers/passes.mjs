// Apple passes by passkit-generator, from the folder and the certificates that area_passes.c makes;
// what a row says is set as its users set it, the pass is a file in memory.
import { readFileSync, readdirSync } from 'node:fs';
import { PKPass } from 'passkit-generator';

const ROUND = 5;
let parts, made = 0;

function read(dir) {
  const files = {};
  for (const name of readdirSync(`${dir}/card`))
    if (name.endsWith('.png')) files[name] = readFileSync(`${dir}/card/${name}`);
  const certificates = { wwdr: readFileSync(`${dir}/wwdr.pem`),
    signerCert: readFileSync(`${dir}/pass.pem`), signerKey: readFileSync(`${dir}/pass.key`) };
  return { files, certificates };
}

export function make(dir) {
  parts ??= read(dir);
  for (let i = 0; i < ROUND; i++) {
    const pass = { formatVersion: 1, serialNumber: String(++made), organizationName: 'Shop',
      description: 'Card', passTypeIdentifier: 'pass.com.example.countermark',
      teamIdentifier: 'ABCDE12345',
      storeCard: { primaryFields: [{ key: 'balance', value: '25.00' }] } };
    const p = new PKPass({ ...parts.files, 'pass.json': Buffer.from(JSON.stringify(pass)) },
      parts.certificates);
    p.setBarcodes({ format: 'PKBarcodeFormatQR', message: `7K2Q9MX${made}`,
      messageEncoding: 'iso-8859-1' });
    if (p.getAsBuffer().length < 1000) throw new Error('an empty pass');
  }
  return ROUND;
}
