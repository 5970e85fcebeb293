// Reads save links with jose: the JWT's signature under the account's public key, its claims, and
// that one changed character spoils it.
// Usage: links.mjs PUBLIC.pem EMAIL LINKS.csv
// Prints a line for each: name, kind of object, its id, the value of its barcode.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';

const [keyFile, email, linksFile] = process.argv.slice(2);
const key = await importSPKI(readFileSync(keyFile, 'utf8'), 'RS256');
const PREFIX = 'https://pay.google.com/gp/v/save/';
const rules = { issuer: email, audience: 'google', algorithms: ['RS256'], typ: 'JWT' };
const [head, ...lines] = readFileSync(linksFile, 'utf8').trim().split('\n');
assert.equal(head, 'name,link');
for (const line of lines) {
  const [name, link] = line.split(',');
  assert.ok(link.startsWith(PREFIX));
  const jwt = link.slice(PREFIX.length);
  assert.match(jwt, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  const { payload } = await jwtVerify(jwt, key, rules);
  const middle = jwt.length >> 1;
  const changed = jwt.slice(0, middle) + (jwt[middle] === 'A' ? 'B' : 'A') + jwt.slice(middle + 1);
  await assert.rejects(jwtVerify(changed, key, rules));
  assert.equal(payload.typ, 'savetowallet');
  assert.ok(Math.abs(payload.iat - Date.now() / 1000) < 600);
  const [[kind, [object]]] = Object.entries(payload.payload);
  console.log(name, kind, object.id, object.barcode.value);
}
