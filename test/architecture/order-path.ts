import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Whoever has one of these can send an order. */
export interface OrderPath {
  /** The module that calls `placeOrder`, relative to the root. */
  readonly module: string;
  /** The package that speaks to the gateway. */
  readonly package: string;
}

/** An import that one module has and another does not, as `from -> to`. */
export type Edge = readonly [from: string, to: string];

/** Which module leads to which, by whatever way: import, dynamic import, or the name of a program or thread to start. */
export class ImportGraph {
  private constructor(private readonly imports: ReadonlyMap<string, readonly string[]>) {}

  /**
   * @param root folder of built modules
   * @param entries modules to begin with, relative to it
   * @param added what-if: code put at the end of a module, by its name
   */
  static async of(root: string, entries: readonly string[], added: Readonly<Record<string, string>> = {}) {
    const { metafile } = await build({
      entryPoints: entries.map((entry) => path.join(root, entry)),
      ...{ absWorkingDir: root, outdir: path.join(root, 'never-written'), write: false, metafile: true },
      ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', logLevel: 'error' },
      plugins: [startedPrograms(root, added)],
    });
    return new ImportGraph(importsOf(metafile));
  }

  get modules(): string[] {
    return [...this.imports.keys()];
  }

  /** The way from a module to the order path, module by module; null where there is none. */
  wayToOrders(entry: string, { module, package: name }: OrderPath, without: readonly Edge[] = []): string[] | null {
    const cameFrom = new Map<string, string | null>([[entry, null]]);
    for (const at of cameFrom.keys()) {
      if (at === module || at === name || at.startsWith(`${name}/`)) return wayTo(at, cameFrom);
      for (const next of this.imports.get(at) ?? [])
        if (!cameFrom.has(next) && !without.some(([from, to]) => from === at && to === next)) cameFrom.set(next, at);
    }
    return null;
  }
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = [];
  for (let at: string | null | undefined = end; at; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

function importsOf({ inputs }: Metafile): Map<string, string[]> {
  return new Map(Object.entries(inputs).map(([file, { imports }]) => [file, imports.map((one) => one.path)]));
}

/**
 * A module that names another one in a string (`new Worker(new URL('./x.js', ...))`, `path.join(dist, 'cli/main.js')`)
 * starts it as a thread or a process: for what it can reach, that is as good as an import.
 */
function startedPrograms(root: string, added: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'started-programs',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path: file }) => {
        const contents = readFileSync(file, 'utf8') + (added[path.relative(root, file)] ?? '');
        const started = programsNamedIn(contents, file, root).map((program) => `import(${JSON.stringify(program)});`);
        return { contents: `${contents}\n${started.join('\n')}`, loader: 'js', resolveDir: path.dirname(file) };
      });
    },
  };
}

function programsNamedIn(contents: string, file: string, root: string): string[] {
  // Source maps hold the source once more.
  const code = contents.replace(/\/\/# sourceMappingURL=.*/g, '');
  const names = [...code.matchAll(/(['"`])([\w./-]+\.js)\1/g)].map((match) => match[2]!);
  // Where only the rest of the name is computed, every file it can become counts.
  const folders = [...code.matchAll(/`([\w./-]+\/)\$\{[^}]*\}\.js`/g)].map((match) => match[1]!);
  const places = [path.dirname(file), root];
  const named = names.flatMap((name) => places.map((place) => path.resolve(place, name)));
  const inFolders = folders.flatMap((name) => places.flatMap((place) => modulesIn(path.resolve(place, name))));
  return [...new Set([...named, ...inFolders])].filter((program) => program !== file && existsSync(program));
}

function modulesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return files.map((name) => path.join(folder, name));
}
