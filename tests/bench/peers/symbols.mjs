// The QR code of a fresh code of 12 characters by bwip-js: SVG as text, PNG at 5 dots a module, both
// in memory.
import { randomInt } from 'node:crypto';
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
