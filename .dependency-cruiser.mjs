// The walls of the house: which room of src/ may import what. `npm run walls` holds them on the real tree;
// test/walls.test.ts proves on fixtures/walls that each of them sees what it forbids.
// The parser is swc because dependency-cruiser sees no modules at all through TypeScript 7, and without saying so.
// What swc does not see, `import('./x.ts').T` as a type and import() of a computed name, .oxlintrc.json forbids.

// prettier-ignore
const world = [
  'fs', 'fs/promises', 'net', 'http', 'https', 'http2', 'tls', 'dns', 'dns/promises', 'dgram',
  'child_process', 'cluster', 'worker_threads', 'inspector', 'sqlite',
]

/** @typedef {{ rooms?: string[], packages?: string[], builtins?: string[] }} Allowed */

const severity = /** @type {const} */ ('error')
const builtins = (/** @type {string[]} */ names) => `^(node:)?(${names.join('|')})$`
const packages = (/** @type {string[]} */ names) => `(^|/)node_modules/(${names.join('|')})/`
const rooms = (/** @type {string[]} */ names) => `^src/(${names.join('|')})/`

const files = '^src/ports/(files|incidents)'
// What a port is, and how its failures are called; they reach nothing.
const portErrors = '^src/ports/(docker|kube)\\.ts$'
const pure = ['containerd', 'k3s', 'diagnosis']
const toml = ['toml-eslint-parser', 'yaml', 'semver']

/**
 * Rooms with a closed list of what they may import beside their own files. They judge and compute, so nothing here can
 * ask the world: a new need is argued in this table. What the other rooms must not import is in the rules below.
 * @type {{ [room: string]: Allowed }}
 */
const closed = {
  model: { packages: ['valibot'] },
  containerd: { rooms: ['model'], packages: toml },
  // What of Go both k3s and containerd go by.
  k3s: { rooms: ['model', 'containerd/go'], packages: toml },
  diagnosis: { rooms: ['model'] },
  remedies: { rooms: ['model', 'containerd', 'k3s'] },
  reporters: { rooms: ['model'], packages: ['picocolors', 'get-east-asian-width'] },
  derive: { rooms: ['model', ...pure], packages: ['yaml'], builtins: ['path'] },
  discover: { rooms: ['model', 'derive', ...pure] },
  checks: { rooms: ['model', 'derive', ...pure] },
  redact: { rooms: ['model'], builtins: ['crypto'] },
  // Effects may reach what changes something; the image that they push is computed from its seed alone.
  'effects/probe-image': { packages: ['tar-stream'], builtins: ['crypto'] },
}

const closedRooms = Object.entries(closed).map(([room, allowed]) => {
  const list = [...(allowed.rooms ?? []), ...(allowed.packages ?? []), ...(allowed.builtins ?? []).map((name) => `node:${name}`)]
  return {
    name: `${room}-keeps-to-its-room`,
    comment: `src/${room} imports nothing but itself${list.length > 0 ? `, ${list.join(', ')}` : ''}.`,
    severity,
    from: { path: rooms([room]) },
    to: {
      pathNot: [
        rooms([room, ...(allowed.rooms ?? [])]),
        ...(allowed.packages ? [packages(allowed.packages)] : []),
        ...(allowed.builtins ? [builtins(allowed.builtins)] : []),
      ],
    },
  }
})

export default /** @satisfies {import('dependency-cruiser').IConfiguration} */ ({
  forbidden: [
    ...closedRooms,
    {
      name: 'ports-only-from-observe',
      comment: 'Whoever wants to know something looks; only observations ask a port. Files and write ports have rules of their own.',
      severity,
      from: { path: '^src/', pathNot: rooms(['ports', 'observe']) },
      to: { path: rooms(['ports']), pathNot: [files, portErrors, '^src/ports/write/'] },
    },
    {
      name: 'files-only-from-observe-and-fronts',
      comment: 'The command line and the library read and write bundles, reports and their key: through the files port.',
      severity,
      from: { path: '^src/', pathNot: [rooms(['ports', 'observe', 'cli']), '^src/index\\.ts$'] },
      to: { path: files },
    },
    {
      name: 'write-ports-only-from-effects',
      comment: 'That `check` changes nothing holds because nothing but effects can reach what changes something.',
      severity,
      from: { path: '^src/', pathNot: ['^src/ports/write/', '^src/effects/'] },
      to: { path: '^src/ports/write/' },
    },
    {
      name: 'world-only-from-ports',
      comment: 'Files, sockets, processes and the clients built on them belong to the ports.',
      severity,
      from: { path: '^src/', pathNot: rooms(['ports']) },
      to: { path: [builtins(world), packages(['@types/dockerode', 'dockerode', 'docker-modem', '@kubernetes/client-node', 'undici'])] },
    },
    {
      name: 'checks-reach-no-world',
      comment: 'A check may only look: no way, however long, leads from it to a port or to the file system.',
      severity,
      from: { path: rooms(['checks']) },
      to: { path: [rooms(['ports']), builtins(world)], reachable: true },
    },
    {
      name: 'engine-knows-no-front',
      comment: 'The engine hands over a report; who shows it how is not its business.',
      severity,
      from: { path: rooms(['engine']) },
      to: { path: rooms(['cli', 'reporters']) },
    },
    {
      name: 'nobody-imports-cli',
      comment: 'The command line is the outermost room.',
      severity,
      from: { path: '^src/', pathNot: rooms(['cli']) },
      to: { path: rooms(['cli']) },
    },
    {
      name: 'terminal-packages-only-in-cli',
      comment: 'listr2 draws and commander parses for the command line only.',
      severity,
      from: { path: '^src/', pathNot: rooms(['cli']) },
      to: { path: packages(['listr2', 'commander']) },
    },
    {
      name: 'library-reaches-no-terminal',
      comment: 'Who uses the library never pays for, or is drawn upon by, listr2 or commander.',
      severity,
      from: { path: '^src/index\\.ts$' },
      to: { path: packages(['listr2', 'commander']), reachable: true },
    },
    {
      name: 'src-stays-in-src',
      comment: 'What is shipped imports no test, lab, script or fixture.',
      severity,
      from: { path: '^src/' },
      to: { path: '^(test|lab|scripts|fixtures|bin|dist)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Rooms and files have an order, also for types.',
      severity,
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'imports-lead-somewhere',
      comment: 'An import that cannot be resolved is one that no other rule sees.',
      severity,
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
      mainFields: ['main', 'types'],
    },
  },
})
