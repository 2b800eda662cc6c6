import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import walls from '../.dependency-cruiser.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const brokenHouse = join(root, 'fixtures/walls')

/** What every file of fixtures/walls/src that is not called fine.ts does wrong; nothing else may be reported there. */
const broken = [
  'checks-keeps-to-its-room: src/checks/node/package.ts → node_modules/yaml',
  'checks-reach-no-world: src/checks/node/far.ts → fs',
  'containerd-keeps-to-its-room: src/containerd/far.ts → fs',
  'containerd-keeps-to-its-room: src/containerd/neighbour.ts → src/k3s/fine.ts',
  'derive-keeps-to-its-room: src/derive/engine.ts → src/engine/fine.ts',
  'diagnosis-keeps-to-its-room: src/diagnosis/type-re-export.ts → src/checks/node/fine.ts',
  'discover-keeps-to-its-room: src/discover/check.ts → src/checks/node/fine.ts',
  'effects/probe-image-keeps-to-its-room: src/effects/probe-image/write.ts → src/ports/write/docker.ts',
  'engine-knows-no-front: src/engine/cli.ts → src/cli/fine.ts',
  'engine-knows-no-front: src/engine/front.ts → src/reporters/fine.ts',
  'files-only-from-observe-and-fronts: src/engine/files.ts → src/ports/files.ts',
  'imports-lead-somewhere: src/cli/nowhere.ts → ./missing.ts',
  'k3s-keeps-to-its-room: src/k3s/re-export.ts → src/containerd/fine.ts',
  'library-reaches-no-terminal: src/index.ts → node_modules/listr2',
  'model-keeps-to-its-room: src/model/type-only.ts → src/containerd/fine.ts',
  'no-cycles: src/model/cycle-a.ts → src/model/cycle-b.ts',
  'nobody-imports-cli: src/engine/cli.ts → src/cli/fine.ts',
  'ports-only-from-observe: src/effects/read.ts → src/ports/docker-adapter.ts',
  'ports-only-from-observe: src/engine/port.ts → src/ports/docker-adapter.ts',
  'redact-keeps-to-its-room: src/redact/builtin.ts → os',
  'remedies-keeps-to-its-room: src/remedies/dynamic.ts → src/diagnosis/fine.ts',
  'reporters-keeps-to-its-room: src/reporters/builtin.ts → os',
  'src-stays-in-src: src/cli/lab.ts → lab/main.ts',
  'terminal-packages-only-in-cli: src/engine/terminal.ts → node_modules/listr2',
  'world-only-from-ports: src/cli/world.ts → fs/promises',
  'world-only-from-ports: src/containerd/far.ts → fs',
  'world-only-from-ports: src/observe/world.ts → net',
  'world-only-from-ports: src/observe/world.ts → node_modules/dockerode',
  'world-only-from-ports: src/observe/world.ts → node_modules/undici',
  'write-ports-only-from-effects: src/cli/write.ts → src/ports/write/docker.ts',
  'write-ports-only-from-effects: src/engine/write.ts → src/ports/write/docker.ts',
  'write-ports-only-from-effects: src/observe/write.ts → src/ports/write/docker.ts',
]

/** Rooms without a closed list of imports: they put the others together, and the named rules bind them. */
const openRooms = ['bundle', 'cli', 'effects', 'engine', 'lint', 'observe', 'ports']

async function inspect(baseDir: string): Promise<{ modules: number; violations: string[] }> {
  const result = await cruise(['src'], { ...walls.options, baseDir, ruleSet: { forbidden: walls.forbidden }, validate: true })
  const { summary } = result.output as ICruiseResult
  const packageOf = (path: string): string => path.replace(/^.*(node_modules\/(?:@[^/]+\/)?[^/]+).*$/, '$1')
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${packageOf(to)}`).toSorted(),
  }
}

test('every wall is seen when it is broken, and nothing else is reported', async () => {
  expect((await inspect(brokenHouse)).violations).toEqual(broken)
})

test('every wall is broken once in fixtures/walls', () => {
  const shown = new Set(broken.map((line) => line.slice(0, line.indexOf(':'))))
  expect(walls.forbidden.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

test('the house keeps to its walls', async () => {
  const { modules, violations } = await inspect(root)
  expect(violations).toEqual([])
  expect(modules, 'modules that were looked at').toBeGreaterThan(20)
})

test('every room of src has its walls', async () => {
  const closed = walls.forbidden.map(({ name }) => name).filter((name) => name.endsWith('-keeps-to-its-room'))
  const known = new Set([...openRooms, ...closed.map((name) => name.replace('-keeps-to-its-room', ''))])
  const rooms = (await readdir(join(root, 'src'), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(rooms.filter((room) => !known.has(room))).toEqual([])
})

test('imports that the walls cannot see are forbidden', async () => {
  // Elsewhere, because oxlint leaves fixtures alone.
  const elsewhere = await mkdtemp(join(tmpdir(), 'walls-'))
  try {
    await cp(join(brokenHouse, 'unseen'), elsewhere, { recursive: true })
    const report = await oxlint(elsewhere)
    expect(report).toMatch(/type-expression\.ts:1:.*`import\(\)` type annotations are forbidden/)
    expect(report).toMatch(/computed-name\.ts:1:.*Expected a literal string/)
  } finally {
    await rm(elsewhere, { recursive: true })
  }
})

/** What oxlint prints of a folder with the project's rules. */
function oxlint(folder: string): Promise<string> {
  const argv = [join(root, 'node_modules/oxlint/bin/oxlint'), '--config', join(root, '.oxlintrc.json'), '--format=unix', '.']
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: folder }, (_failed, stdout) => resolve(stdout))
  })
}
