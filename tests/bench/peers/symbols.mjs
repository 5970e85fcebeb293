// The QR code of a fresh code of 12 characters by bwip-js: SVG as text, PNG at 5 dots a module, both
// in memory; and what else a ZIP of them with its index takes, its writing left out.
import { createHash, randomInt } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import bwipjs from 'bwip-js/node';

const ROUND = 100;
const SYMBOLS = '234679BCDFGHJKMPQRTVWXY';

const fresh = () => Array.from({ length: 12 }, () => SYMBOLS[randomInt(SYMBOLS.length)]).join('');
const wish = () => ({ bcid: 'qrcode', text: fresh(), eclevel: 'M', paddingwidth: 4, paddingheight: 4 });

export function svg() {
  for (let i = 0; i < ROUND; i++) bwipjs.toSVG({ ...wish(), scale: 1 });
  return ROUND;
}

export async function png() {
  for (let i = 0; i < ROUND; i++) await bwipjs.toBuffer({ ...wish(), scale: 5 });
  return ROUND;
}

export function zip() {
  let index = '';
  const parts = [];
  for (let i = 0; i < ROUND; i++) {
    const svg = bwipjs.toSVG({ ...wish(), scale: 1 });
    parts.push(deflateRawSync(svg, { level: 3 }));
    index += `${i}.svg,${i},${createHash('sha256').update(svg).digest('hex')}\n`;
  }
  createHash('sha256').update(Buffer.concat(parts)).update(index).digest();
  return ROUND;
}
