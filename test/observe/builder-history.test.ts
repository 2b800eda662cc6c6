import { describe, expect, test } from 'vitest'
import { isAbsent } from '../../src/model/observation.ts'
import { builderHistory, builderManifest } from '../../src/observe/builder-history.ts'
import { buildHistory, builtManifest } from '../../src/observe/commands.ts'
import type { ExecOutcome } from '../../src/ports/docker.ts'
import { fakePorts } from './fake-ports.ts'

const container = 'buildx_buildkit_lab0'
const digest = `sha256:${'a'.repeat(64)}`
const printing = (outcome: Partial<ExecOutcome>) =>
  fakePorts({ docker: { exec: async () => ({ exitCode: 0, stdout: '', stderr: '', ...outcome }) } })

test('a record to a line, as it was printed', async () =>
  expect(await builderHistory(printing({ stdout: '{"a":1}\n{"b":2}\n' }), { container })).toEqual({ records: ['{"a":1}', '{"b":2}'] }))

test('a builder that has built nothing', async () => expect(await builderHistory(printing({}), { container })).toEqual({ records: [] }))

test.each<[string, Partial<ExecOutcome>, string, string]>([
  ['has no buildctl', { exitCode: 127, stderr: "timeout: can't execute 'buildctl': No such file" }, 'unreadable', 'it has no buildctl'],
  ['has no timeout', { exitCode: 126, stdout: 'OCI runtime exec failed: exec failed' }, 'unreadable', 'it has no buildctl'],
  ['is of v0.11', { exitCode: 3, stderr: "No help topic for 'histories'\n" }, 'unreadable', 'its BuildKit is older than 0.12'],
  [
    'has no daemon',
    { exitCode: 1, stderr: 'error: rpc error: code = Unavailable\n' },
    'unreadable',
    'error: rpc error: code = Unavailable',
  ],
  ['hangs', { exitCode: 124 }, 'timeout', 'no answer within the time limit'],
  ['says nothing', { exitCode: 1 }, 'unreadable', 'exit 1'],
])('a builder that %s does not tell', async (_name, outcome, code, why) =>
  expect(builderHistory(printing(outcome), { container })).rejects.toMatchObject({ code, message: expect.stringContaining(why) as string }),
)

describe('what it keeps', () => {
  test('as text', async () => expect(await builderManifest(printing({ stdout: '{}' }), { container, digest })).toEqual({ text: '{}' }))

  test('no more', async () => {
    const gone = { exitCode: 1, stderr: `error: NotFound: rpc error: code = NotFound desc = content digest ${digest}: not found` }
    expect(isAbsent(await builderManifest(printing(gone), { container, digest }))).toBe(true)
  })

  test('or does not tell', async () =>
    expect(builderManifest(printing({ exitCode: 127 }), { container, digest })).rejects.toMatchObject({ code: 'unreadable' }))
})

test('the commands end by themselves, and what is asked for is one word', () => {
  for (const { argv, limitSeconds } of [buildHistory, builtManifest('$(id)')])
    expect(argv.slice(0, 3)).toEqual(['timeout', String(limitSeconds), 'buildctl'])
  expect(builtManifest('$(id)').argv.at(-1)).toBe('$(id)')
})
