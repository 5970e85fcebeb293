// A second reader of escrow messages, with its own DER: AuthEnvelopedData to RSA-OAEP or ECDH.
// It reads what countermark makes, definite lengths only, and refuses anything else by throwing.
// References: RFC 5652 section 6, RFC 5083 section 2, RFC 5084, RFC 3560, RFC 5753 (3 and 7).

import {
  constants, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman,
  privateDecrypt,
} from 'node:crypto';

const OID = {
  authEnveloped: '2a864886f70d0109100117', // 1.2.840.113549.1.9.16.1.23
  gcm256: '60864801650304012e', // 2.16.840.1.101.3.4.1.46
  oaep: '2a864886f70d010107', // 1.2.840.113549.1.1.7
  ecdhX963Sha256: '2b8104010b01', // 1.3.132.1.11.1
  wrap256: '60864801650304012d', // 2.16.840.1.101.3.4.1.45
};

/** One DER value: { tag, body, whole }, and the list of its children when it is constructed. */
function der(bytes) {
  let at = 2, length = bytes[1];
  if (length === 0x80) throw new Error('indefinite length');
  if (length > 0x80) {
    const n = length & 0x7f;
    length = bytes.readUIntBE(2, n);
    at += n;
  }
  if (at + length > bytes.length) throw new Error('cut');
  const value = { tag: bytes[0], body: bytes.subarray(at, at + length) };
  value.whole = bytes.subarray(0, at + length);
  return value;
}

function children(value) {
  const list = [];
  for (let rest = value.body; rest.length > 0; rest = rest.subarray(list.at(-1).whole.length)) {
    list.push(der(rest));
  }
  return list;
}

function expect(value, hex, what) {
  if (value.body.toString('hex') !== hex) throw new Error(`not ${what}`);
}

/** RFC 3560: KeyTransRecipientInfo, SHA-256 in both places. */
function transport(info, key) {
  const [, , algorithm, encrypted] = children(info);
  expect(children(algorithm)[0], OID.oaep, 'RSA-OAEP');
  return privateDecrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, encrypted.body);
}

/** The ephemeral key as node wants it: its point under the curve of our own key. */
function originatorKey(point, key) {
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return createPublicKey({
    key: Buffer.concat([own.subarray(0, own.length - point.length), point]),
    format: 'der', type: 'spki',
  });
}

/** RFC 5753: KeyAgreeRecipientInfo, one-pass ephemeral ECDH, X9.63 KDF, AES-256 key wrap. */
function agree(info, key) {
  const parts = children(info);
  const originator = children(children(parts[1])[0]); // [0] { [1] { algorithm, BIT STRING } }
  const algorithm = children(parts.at(-2));
  expect(algorithm[0], OID.ecdhX963Sha256, 'ECDH with X9.63 KDF and SHA-256');
  expect(children(algorithm[1])[0], OID.wrap256, 'AES-256 key wrap');
  const point = originator[1].body.subarray(1);
  const secret = diffieHellman({ privateKey: key, publicKey: originatorKey(point, key) });
  // ECC-CMS-SharedInfo { keyInfo, suppPubInfo [2] OCTET STRING (256 bits as 4 bytes) }
  const inner = Buffer.concat([algorithm[1].whole, Buffer.from('a206040400000100', 'hex')]);
  const shared = Buffer.concat([Buffer.from([0x30, inner.length]), inner]);
  const kek = createHash('sha256')
    .update(Buffer.concat([secret, Buffer.from([0, 0, 0, 1]), shared])).digest();
  const encrypted = children(children(parts.at(-1))[0]).at(-1);
  const unwrap = createDecipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([unwrap.update(encrypted.body), unwrap.final()]);
}

/** The content of a message for a private key in PEM. */
export function openCms(message, pem) {
  const key = createPrivateKey(pem);
  const [type, wrapped] = children(der(message));
  expect(type, OID.authEnveloped, 'AuthEnvelopedData');
  const [, recipients, content, mac] = children(children(wrapped)[0]);
  const recipient = children(recipients)[0];
  const contentKey = recipient.tag === 0x30 ? transport(recipient, key) : agree(recipient, key);
  const [, algorithm, encrypted] = children(content);
  const [oid, parameters] = children(algorithm);
  expect(oid, OID.gcm256, 'AES-256-GCM');
  const [nonce] = children(parameters);
  const open = createDecipheriv('aes-256-gcm', contentKey, nonce.body,
    { authTagLength: mac.body.length });
  open.setAuthTag(mac.body);
  return Buffer.concat([open.update(encrypted.body), open.final()]);
}
