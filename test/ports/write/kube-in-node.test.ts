import { describe, expect, test } from 'vitest'
import type { ExecOutcome } from '../../../src/ports/docker.ts'
import type { DockerWritePort } from '../../../src/ports/write/docker.ts'
import { kubeInNode } from '../../../src/ports/write/kube-in-node.ts'
import type { KubeChange } from '../../../src/ports/write/kube.ts'

const said = (stdout: string): ExecOutcome => ({ exitCode: 0, stdout, stderr: '' })
const refused = (stderr: string, exitCode = 1): ExecOutcome => ({ exitCode, stdout: '', stderr })

/** A node in which each process ends so, one after the other; the last one again and again. */
function node(...outcomes: readonly (ExecOutcome | Error)[]) {
  const argvs: (readonly string[])[] = []
  const run: DockerWritePort['run'] = async (_node, argv) => {
    const outcome = outcomes[Math.min(argvs.push(argv), outcomes.length) - 1]!
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  return { api: kubeInNode({ run } as DockerWritePort), argvs }
}

test('an object goes as one word: nothing in it is read by a shell', async () => {
  const { api, argvs } = node(said('{"kind":"Pod"}'))
  const object = { metadata: { name: '$(x) \'y\' "z"\n' } }
  expect(await api.create('n', '/api/v1/pods', object)).toEqual({ status: 200, body: { kind: 'Pod' } })
  expect(argvs[0]!.slice(0, 2)).toEqual(['timeout', '10'])
  expect(argvs[0]!.slice(-3)).toEqual(['create', '/api/v1/pods', JSON.stringify(object)])
})

test.each<[string, string, number, string]>([
  ['AlreadyExists', 'Error from server (AlreadyExists): namespaces "a" already exists', 409, 'namespaces "a" already exists'],
  [
    'NotFound',
    'Error from server (NotFound): the server could not find the requested resource',
    404,
    'the server could not find the requested resource',
  ],
  ['Forbidden', 'Error from server (Forbidden): pods "p" is forbidden: no', 403, 'pods "p" is forbidden: no'],
  ['another reason', 'Error from server (InternalError): webhook failed', 500, 'webhook failed'],
  ['no reason', 'Error from server: etcdserver: request timed out', 500, 'etcdserver: request timed out'],
  ['warnings before it', 'Warning: would violate PodSecurity\nError from server (Forbidden): no', 403, 'no'],
  ['several lines', 'Error from server (Invalid): a:\n- b\n- c\n', 422, 'a:\n- b\n- c'],
])('what the API refuses is an answer: %s', async (_what, stderr, status, message) =>
  expect(await node(refused(stderr)).api.remove('n', '/x')).toEqual({ status, body: { message } }),
)

test.each([
  ['Unable to connect to the server: dial tcp 127.0.0.1:6443: connect: connection refused', 1, /on n: Unable to connect .* refused$/],
  ['sh: kubectl: not found', 127, /on n: sh: kubectl: not found$/],
  ['', 124, /on n: exit code 124$/],
])(
  'that it does not answer is none: %j',
  async (stderr, exitCode, message) =>
    await expect(node(refused(stderr, exitCode)).api.get('n', '/x')).rejects.toMatchObject({
      name: 'KubeError',
      code: 'kube-unreachable',
      message: expect.stringMatching(message),
    }),
)

describe('a watch is a list that is looked at again', () => {
  const list = (...uids: readonly string[]): ExecOutcome => said(JSON.stringify({ items: uids.map((uid) => ({ metadata: { uid } })) }))
  const watched = async (enough: number, ...outcomes: readonly (ExecOutcome | Error)[]): Promise<string[]> => {
    const controller = new AbortController()
    const seen: string[] = []
    const onChange = ({ type, object }: KubeChange): void => {
      seen.push(`${type} ${(object as { metadata: { uid: string } }).metadata.uid}`)
      if (seen.length === enough) controller.abort()
    }
    await node(...outcomes).api.watch('n', '/pods', onChange, controller.signal)
    return seen
  }

  test('what comes, changes and goes', async () =>
    expect(await watched(4, list('a'), list('a', 'b'), list('b'))).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'MODIFIED b']))
  test('what goes', async () => expect(await watched(2, list('a'), list())).toEqual(['ADDED a', 'DELETED a']))
  test('a look that fails ends it', async () =>
    await expect(watched(1, new Error('the engine is gone'))).rejects.toThrow('the engine is gone'))
  test('but not where it was ended meanwhile', async () => {
    const controller = new AbortController()
    const run = async (): Promise<never> => {
      controller.abort()
      throw new Error('too late')
    }
    const api = kubeInNode({ run } as unknown as DockerWritePort)
    await expect(api.watch('n', '/pods', () => undefined, controller.signal)).resolves.toBeUndefined()
  })
})
