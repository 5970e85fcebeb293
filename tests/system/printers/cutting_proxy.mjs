// A wire that breaks at chosen moments, between our line and an IPP printer.
// Usage: node cutting_proxy.mjs PORT HOW N     Prints "ready PORT", and "cut" each time.
// HOW: answer  the N-th Print-Job goes through whole; its answer is thrown away
//      amid    of the N-th Print-Job only the first half reaches the printer
//      head    of the N-th Print-Job nothing reaches the printer
import net from 'node:net';

const [port, how, nth] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];
const PRINT_JOB = 2;
let jobs = 0;

// Whether the whole head of the request is there, and then the operation of its IPP message.
function operation(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0 || bytes.length < end + 8) return null;
  const length = /content-length: *(\d+)/i.exec(bytes.subarray(0, end).toString('latin1'));
  return {code: bytes.readUInt16BE(end + 6), whole: end + 4 + Number(length?.[1] ?? 0)};
}

function breaks(client, printer) {
  process.stdout.write('cut\n');
  client.destroy();
  printer.end();
}

net.createServer({allowHalfOpen: false}, (client) => {
  const printer = net.connect(port, 'localhost');
  let bytes = Buffer.alloc(0), passed = 0, request = null, cutting = false;
  const pass = (upTo) => {
    printer.write(bytes.subarray(passed, upTo));
    passed = Math.max(passed, upTo);
  };
  client.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
    if (request === null) {
      request = operation(bytes);
      if (request === null) return;
      if (request.code === PRINT_JOB) cutting = ++jobs === nth;
    }
    if (!cutting || how === 'answer') return pass(bytes.length);
    if (how === 'head') return breaks(client, printer);
    const half = request.whole >> 1;
    if (bytes.length < half) return pass(bytes.length);
    pass(half);
    return breaks(client, printer);
  });
  printer.on('data', (answer) => {
    if (cutting && how === 'answer') return breaks(client, printer);
    return client.write(answer);
  });
  for (const [a, b] of [[client, printer], [printer, client]]) {
    a.on('error', () => b.destroy());
    a.on('close', () => b.end());
  }
}).listen(0, 'localhost', function listening() {
  process.stdout.write(`ready ${this.address().port}\n`);
});
