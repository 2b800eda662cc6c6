import { expect, test } from 'vitest'
import { leftImages, referencesOfSlots, removeImages } from '../../../src/effects/probe/node-images.ts'
import type { WritePorts } from '../../../src/effects/ports.ts'
import { DockerError } from '../../../src/ports/docker.ts'
import type { ExecOutcome } from '../../../src/ports/docker.ts'
import { fakes, probed } from './fake-ports.ts'

test('images of probes are found on every running node, and no other image', async () => {
  const { tools, cluster, api } = await fakes()
  const other = ['localhost:5001/registry-doctor/probe:1', 'localhost:5001/registry-doctor/probes@sha256:0', 'localhost:5001/app@sha256:0']
  for (const one of [probed('0'), ...other]) api.images.add(`dev-worker ${one}`)
  api.images.add(`dev-control-plane ${probed('1')}`)
  expect(await leftImages(tools, cluster)).toEqual([
    { node: 'dev-control-plane', reference: probed('1') },
    { node: 'dev-worker', reference: probed('0') },
  ])
})

test('a node that cannot be asked, or is stopped, hides no other', async () => {
  const { tools, cluster, api } = await fakes({ world: { workers: 2, nodes: { worker2: { state: 'exited' } } } })
  for (const node of ['dev-worker', 'dev-worker2']) api.images.add(`${node} ${probed('0')}`)
  expect(await leftImages(tools, cluster)).toEqual([{ node: 'dev-worker', reference: probed('0') }])
})

test('every slot has images of its own, one by registry host', async () => {
  const references = await referencesOfSlots('dev', ['localhost:5001', 'kind-registry:5000'])
  expect(references.map((one) => one.map((each) => each.slice(0, each.indexOf('/'))))).toEqual(
    Array.from({ length: 8 }, () => ['localhost:5001', 'kind-registry:5000']),
  )
  expect(new Set(references.flat().map((one) => one.slice(one.indexOf('@')))).size).toBe(16)
  expect(await referencesOfSlots('other', ['localhost:5001'])).not.toEqual(references.map((one) => one.slice(0, 1)))
})

const outcome = (exitCode: number, stderr: string): ExecOutcome => ({ exitCode, stdout: '', stderr })
const reference = probed('0')

test.each<[string, ExecOutcome | Error, string[]]>([
  ['it is removed', outcome(0, ''), []],
  ['it was never there (crictl 1.34)', outcome(1, `time="…" level=fatal msg="no such image ${reference}"`), []],
  ['it was never there (CRI)', outcome(1, 'rpc error: code = NotFound desc = an error: not found'), []],
  [
    'a container uses it',
    outcome(1, 'a warning\nimage is in use by a container\n'),
    [`${reference} stays on n: image is in use by a container`],
  ],
  [
    'one of two is in use, and the other was never there',
    outcome(1, 'level=fatal msg="image is in use\\nno such image b"'),
    [`${reference} stays on n: level=fatal msg="image is in use`],
  ],
  ['it takes too long', outcome(124, ''), [`${reference} stays on n: exit 124`]],
  ['the node is not running', new DockerError('not-running', 'n is not running'), [`${reference} stays on n: n is not running`]],
])('what is said where %s', async (_what, came, notes) => {
  const asked: string[][] = []
  const run = async (_node: string, argv: readonly string[], limitMs: number): Promise<ExecOutcome> => {
    asked.push([...argv, String(limitMs)])
    if (came instanceof Error) throw came
    return came
  }
  const ports = { docker: { run } } as unknown as WritePorts
  expect(await removeImages({ ports }, [{ node: 'n', reference }])).toEqual(notes)
  const script = expect.stringContaining('crictl rmi "$@"')
  expect(asked, 'the command ends before who waits for it').toEqual([['timeout', '10', 'sh', '-c', script, 'rmi', reference, '12000']])
})
