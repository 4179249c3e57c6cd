import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../shared/failure.js';

const dashboard = fileURLToPath(new URL('../dashboard/', import.meta.url));

/**
 * The Worker as the one module that Cloudflare runs, with the page's script and style in it.
 * @throws Failure 'NoBundler' where esbuild is not installed
 */
export async function bundleDashboard(): Promise<string> {
  const { build } = await import('esbuild').catch(() => {
    throw new Failure('NoBundler', 'esbuild is not installed', 'npm install, with development dependencies');
  });
  const bundled = async (entry: string, define: Record<string, string>) => {
    const { outputFiles } = await build({
      ...{ entryPoints: [path.join(dashboard, entry)], define, bundle: true, write: false, minify: true },
      ...{
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
        legalComments: 'none',
        logLevel: 'silent',
        tsconfigRaw: {},
      },
    });
    return outputFiles[0]!.text;
  };
  const script = await bundled('browser/check.js', {});
  const sheets = [path.join(dashboard, '../shared/look/palette.css'), path.join(dashboard, 'pages/page.css')];
  const style = sheets.map((file) => readFileSync(file, 'utf8')).join('');
  return await bundled('worker/index.js', {
    CHECK_SCRIPT: JSON.stringify(script),
    PAGE_STYLE: JSON.stringify(style.replaceAll(/\s*\n\s*/g, '')),
  });
}
