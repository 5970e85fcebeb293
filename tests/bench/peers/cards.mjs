// Card numbers of 16 digits by hand: random digits and the Luhn digit, a million a round. It
// excludes nothing and does not look for repeats, which favours it.
const ROUND = 1_000_000;

function luhnDigit(digits) {
  let sum = 0;
  for (let i = digits.length - 1, twice = true; i >= 0; i--, twice = !twice) {
    let d = digits.charCodeAt(i) - 48;
    if (twice) d = d > 4 ? 2 * d - 9 : 2 * d;
    sum += d;
  }
  return (10 - (sum % 10)) % 10;
}

export function byHand() {
  const made = [];
  for (let i = 0; i < ROUND; i++) {
    const digits = '9528' + Math.floor(Math.random() * 1e11).toString().padStart(11, '0');
    made.push(digits + luhnDigit(digits));
  }
  return made.length;
}
