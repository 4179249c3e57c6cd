// `npm run docs`: the site of docs/ into dist/docs; a dead link fails it.
//   npm run docs                        for the root of a host
//   npm run docs -- --base /believe/    for a folder of one
//   npm run docs -- --serve             and show it on this machine, http://127.0.0.1:8295/; --port N for another port
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readyOrEnd } from './ready.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** @param {{base?: string, out?: string}} asked the path at its host, with a slash at both ends; the folder to write */
export async function buildSite({ base = '/', out = path.join(root, 'dist/docs') } = {}) {
  const { build } = await import('vitepress');
  await build(path.join(root, 'docs'), { base, outDir: out });
  return out;
}

/** The built folder as a static host shows it, on loopback. @returns {Promise<{server: import('node:http').Server, url: string}>} */
export async function serveSite({ base = '/', out, port = 0 }) {
  const server = createServer((request, response) => {
    const file = fileOf(request.url ?? '/', base, out);
    response.writeHead(file ? 200 : 404, {
      'content-type': TYPES[path.extname(file ?? '.html')] ?? 'application/octet-stream',
    });
    createReadStream(file ?? path.join(out, '404.html')).pipe(response);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}${base}` };
}

/** A file below `out`, and nothing else; null where there is none. */
function fileOf(asked, base, out) {
  const { pathname } = new URL(asked, 'http://site');
  if (!pathname.startsWith(base)) return null;
  const inside = decodeURIComponent(pathname.slice(base.length));
  const file = path.join(out, inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside);
  return file.startsWith(out + path.sep) && existsSync(file) && statSync(file).isFile() ? file : null;
}

async function main() {
  const { values } = parseArgs({
    options: {
      base: { type: 'string', default: '/' },
      out: { type: 'string' },
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '8295' },
    },
  });
  const { base } = values;
  if (!/^\/([\w.-]+\/)*$/.test(base))
    throw new Error(`--base ${base}: give a path with a slash at both ends, such as /believe/`);
  const out = await buildSite({ base, ...(values.out ? { out: path.resolve(values.out) } : {}) });
  console.error(out);
  if (!values.serve) return;
  const { url } = await serveSite({ base, out, port: Number(values.port) });
  console.error(`${url}   until Ctrl-C`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await readyOrEnd('npm run docs', 1);
  try {
    await main();
  } catch (error) {
    console.error(`npm run docs: ${error.message}`);
    process.exit(1);
  }
}
