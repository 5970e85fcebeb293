// A port for a program of another author that must be told one. It lies below those that a kernel
// gives out by itself (net.ipv4.ip_local_port_range), so that no test that runs beside takes it before
// that program does; each test begins its search elsewhere.
// Usage: node free_port.mjs      prints it
import net from 'node:net';
import { pathToFileURL } from 'node:url';

const least = 20000, count = 12000;
const isFree = (port) => new Promise((done) => {
  const s = net.createServer().on('error', () => done(false));
  s.listen(port, 'localhost', () => s.close(() => done(true)));
});

export async function freePort() {
  for (let i = 0; i < count; i++) {
    const port = least + (process.pid * 7 + i) % count;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await freePort());
