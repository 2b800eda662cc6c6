import { describe, expect, test } from 'vitest'
import { kubeNames, kubePodsNamed } from '../../src/observe/pods.ts'
import { fakePorts } from './fake-ports.ts'

const secret = { env: [{ name: 'PASSWORD', value: 'hunter2' }], envFrom: [{ secretRef: { name: 's' } }] }
const pods = {
  items: [
    {
      metadata: { namespace: 'shop', name: 'app', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2' } },
      spec: {
        nodeName: 'dev-worker',
        imagePullSecrets: [{ name: 'regcred' }],
        volumes: [{ name: 'v', secret: { secretName: 'hunter2' } }],
        initContainers: [{ name: 'wait', image: 'r:5000/wait:1', ...secret }],
        containers: [{ name: 'app', image: 'r:5000/app:1', imagePullPolicy: 'Always', command: ['hunter2'], ...secret }],
        ephemeralContainers: [{ name: 'debug', image: 'busybox' }],
      },
    },
    { metadata: { namespace: 'default', name: 'app' }, spec: { containers: [] } },
  ],
}
const reduced = [
  {
    namespace: 'shop',
    name: 'app',
    node: 'dev-worker',
    hasPullSecrets: true,
    containers: [
      { name: 'wait', kind: 'init', image: 'r:5000/wait:1' },
      { name: 'app', kind: 'container', image: 'r:5000/app:1', pullPolicy: 'Always' },
      { name: 'debug', kind: 'ephemeral', image: 'busybox' },
    ],
  },
  { namespace: 'default', name: 'app', hasPullSecrets: false, containers: [] },
]

/** A kubeconfig context, and kubectl in a node, that answer by path. */
const answering = (status: number, body: object, asked: string[] = []) =>
  fakePorts({
    kube: {
      get: (_context, path) => {
        asked.push(path)
        return Promise.resolve({ status, body: body as never })
      },
    },
    docker: {
      exec: (_node, argv) => {
        asked.push(argv.at(-1)!)
        const refusal = `Error from server (Forbidden): pods is forbidden\n`
        return Promise.resolve(
          status === 200 ? { exitCode: 0, stdout: JSON.stringify(body), stderr: '' } : { exitCode: 1, stdout: '', stderr: refusal },
        )
      },
    },
  })

describe.each([
  ['by a context', { context: 'kind-dev' }],
  ['in a node', { node: 'dev-control-plane' }],
])('pods of a name, %s', (_how, way) => {
  test('with what they have to pull, and nothing else of them', async () => {
    const answer = await kubePodsNamed(answering(200, pods), { ...way, name: 'app' })
    expect(answer).toEqual({ status: 200, pods: reduced })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test.each([
    [undefined, '/api/v1/pods?fieldSelector=metadata.name%3Dapp'],
    ['shop', '/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dapp'],
  ])('of namespace %s', async (namespace, path) => {
    const asked: string[] = []
    await kubePodsNamed(answering(200, pods, asked), { ...way, name: 'app', ...(namespace !== undefined && { namespace }) })
    expect(asked).toEqual([path])
  })

  test('where that is forbidden', async () => {
    expect(await kubePodsNamed(answering(403, {}), { ...way, name: 'app' })).toEqual({ status: 403, pods: [] })
  })
})

describe.each([
  ['by a context', { context: 'kind-dev' }, 500],
  ['in a node', { node: 'dev-control-plane' }, 50],
])('the names of all objects of a kind, %s', (_how, way, limit) => {
  const pages = [
    { metadata: { continue: 'a b' }, items: [{ metadata: { namespace: 'x', name: 'b' } }] },
    { metadata: {}, items: [{ metadata: { namespace: 'x', name: 'a' } }] },
  ]
  /** One page after the other, however it is asked for. */
  const paged = (asked: string[]) =>
    fakePorts({
      kube: { get: (_context, path) => Promise.resolve({ status: 200, body: pages[asked.push(path) - 1] as never }) },
      docker: {
        exec: (_node, argv) => Promise.resolve({ exitCode: 0, stdout: JSON.stringify(pages[asked.push(argv.at(-1)!) - 1]), stderr: '' }),
      },
    })

  test.each([
    ['pods', undefined, '/api/v1/pods'],
    ['deployments', 'shop', '/apis/apps/v1/namespaces/shop/deployments'],
    ['jobs', '$(id)', '/apis/batch/v1/namespaces/%24(id)/jobs'],
  ] as const)('%s of namespace %s, page by page', async (resource, namespace, path) => {
    const asked: string[] = []
    const query = { ...way, resource, ...(namespace !== undefined && { namespace }) }
    expect(await kubeNames(paged(asked), query)).toEqual({ status: 200, names: ['x/a', 'x/b'] })
    expect(asked).toEqual([`${path}?limit=${limit}`, `${path}?limit=${limit}&continue=a%20b`])
  })

  test('where that is forbidden', async () => {
    expect(await kubeNames(answering(403, {}), { ...way, resource: 'pods' })).toEqual({ status: 403, names: [] })
  })
})
