import { describe, expect, test } from 'vitest'
import type { SetupOptions } from '../../../src/effects/setup/options.ts'
import { planSetup } from '../../../src/effects/setup/plan-setup.ts'
import { showStep } from '../../../src/remedies/show.ts'
import { leadingTo } from '../../sessions/kind.ts'
import { fake, machine, type Fake, type MachineOptions } from './machine.ts'
import { emptyK3d, emptyKind, planOn, shown, stepsOf, tls } from './planned.ts'

describe('from nothing', () => {
  test('kind: the steps of its documentation, in its order', async () => {
    const plan = await planOn(emptyKind())
    expect(plan.repairs.map(({ title, risk, steps }) => `${risk} ${title} (${steps.length})`)).toEqual([
      'safe run the registry kind-registry on 127.0.0.1:5001 (1)',
      'safe kind-registry on the network kind (1)',
      'safe config_path, by which containerd reads hosts.toml, on the 3 nodes of dev (0)',
      'safe hosts.toml of localhost:5001 and kind-registry:5000 on the 3 nodes of dev (6)',
      'safe the ConfigMap kube-public/local-registry-hosting of dev (1)',
    ])
    expect(stepsOf(plan)[0]).toEqual({
      op: 'container.run',
      container: 'kind-registry',
      image: 'registry:3',
      publish: '127.0.0.1:5001:5000',
      restart: 'always',
      volume: 'kind-registry',
    })
    expect(plan.next).toEqual([
      'push with: docker tag app:dev localhost:5001/app:dev && docker push localhost:5001/app:dev',
      'pull with: image: localhost:5001/app:dev in a pod',
      'Tilt and Skaffold find it by the ConfigMap kube-public/local-registry-hosting of dev',
    ])
  })

  test.each<[string, () => Fake, SetupOptions]>([
    ['kind', emptyKind, {}],
    ['kind over HTTPS', emptyKind, { tls }],
    ['kind with a name and a port', emptyKind, { registryName: 'reg.local', port: 5055 }],
    ['k3d', emptyK3d, {}],
    ['k3d over HTTPS', emptyK3d, { tls }],
  ])('%s: the second run has nothing to do', async (_what, empty, options) => {
    const world = empty()
    const first = await planOn(world, options)
    expect(stepsOf(first).length).toBeGreaterThan(3)
    world.apply(stepsOf(first))
    // As whoever runs it again gives the same options, but for the name, which is discovered.
    const { registryName: _name, ...again } = options
    const files = stepsOf(first).some((one) => one.op === 'manual')
      ? { '/etc/docker/certs.d/localhost:5001/ca.crt': tls.authority.text }
      : {}
    const second = await planOn(world, again, { files })
    expect(stepsOf(second).map(showStep)).toEqual([])
    expect(second.repairs.map((one) => one.risk)).not.toContain('destructive')
    expect(second.next).toEqual(first.next)
  })

  test('k3d: registries.yaml for the next start, and what k3s makes of it for now', async () => {
    const plan = await planOn(emptyK3d())
    const files = stepsOf(plan).filter((one) => one.op === 'file.put' && one.node === 'k3d-dev-k3d-server-0')
    expect(files.map((one) => (one.op === 'file.put' ? one.path : ''))).toEqual([
      '/etc/rancher/k3s/registries.yaml',
      ...['localhost:5001', 'k3d-registry:5000', 'k3d-registry:5001'].map(
        (host) => `/var/lib/rancher/k3s/agent/etc/containerd/certs.d/${host}/hosts.toml`,
      ),
    ])
    expect(files[0]).toMatchObject({
      content: expect.stringContaining('"localhost:5001":\n    endpoint:\n      - "http://k3d-registry:5000"'),
    })
    expect(stepsOf(plan).at(-1)).toMatchObject({ op: 'configmap.put', cluster: 'dev-k3d', kubectl: 'kubectl --context k3d-dev-k3d' })
  })

  test('k3d: a registries.yaml that is there is added to', async () => {
    const text = '# ours\nmirrors:\n  docker.io:\n    endpoint: ["https://mirror.example"]\n'
    const path = '/etc/rancher/k3s/registries.yaml'
    const files = Object.fromEntries(['server', 'agent'].map((role) => [`k3d-dev-k3d-${role}-0`, { [path]: text }]))
    const plan = await planOn(fake('k3d-registries-yaml-missing', { without: ['k3d-dev-reg'], configMap: null, files }))
    const step = stepsOf(plan).find((one) => one.op === 'file.put' && one.path === path)
    expect(step).toMatchObject({
      content: expect.stringMatching(/^# ours\nmirrors:\n {2}docker\.io:\n[^]*localhost:5002/),
      expect: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('k3d: lines of a registries.yaml with secrets are spliced, as its text is known only in part', async () => {
    const path = '/etc/rancher/k3s/registries.yaml'
    const text = 'mirrors: {}\nconfigs:\n  app.example:\n    auth:\n      password: "[redacted:0123456789ab]"\n'
    const files = Object.fromEntries(['server', 'agent'].map((role) => [`k3d-dev-k3d-${role}-0`, { [path]: text }]))
    const plan = await planOn(fake('k3d-registries-yaml-missing', { without: ['k3d-dev-reg'], configMap: null, files }))
    const steps = stepsOf(plan).filter((one) => one.op === 'file.splice')
    expect(steps).toHaveLength(2)
    expect(steps[0]).toMatchObject({ line: 1, remove: 1 })
    expect(JSON.stringify(steps)).not.toContain('redacted')
  })
})

describe('over HTTPS', () => {
  test('the container gets its certificate and its key as files, and their contents are nowhere', async () => {
    const plan = await planOn(emptyKind(), { tls })
    expect(stepsOf(plan)[0]).toMatchObject({
      env: { REGISTRY_HTTP_TLS_CERTIFICATE: '/etc/registry.crt', REGISTRY_HTTP_TLS_KEY: '/etc/registry.key' },
      files: [
        { from: '/state/server.crt', path: '/etc/registry.crt', mode: 0o644 },
        { from: '/state/server.key', path: '/etc/registry.key', mode: 0o600 },
      ],
    })
    expect(JSON.stringify(plan)).not.toContain('PRIVATE KEY')
  })

  test('kind nodes trust the authority by their hosts.toml', async () => {
    const plan = await planOn(emptyKind(), { tls })
    const files = stepsOf(plan).flatMap((one) => (one.op === 'file.put' && one.node === 'dev-worker' ? [[one.path, one.content]] : []))
    expect(Object.fromEntries(files)).toMatchObject(
      Object.fromEntries(
        ['localhost:5001', 'kind-registry:5000'].flatMap((host) => [
          [`/etc/containerd/certs.d/${host}/ca.crt`, tls.authority.text],
          [`/etc/containerd/certs.d/${host}/hosts.toml`, '[host."https://kind-registry:5000"]\n  ca = "ca.crt"\n'],
        ]),
      ),
    )
  })

  test('k3d nodes trust it by their registries.yaml, where k3s writes it into each hosts.toml', async () => {
    const plan = await planOn(emptyK3d(), { tls })
    const files = new Map(
      stepsOf(plan).flatMap((one) =>
        one.op === 'file.put' && one.node === 'k3d-dev-k3d-agent-0' ? [[one.path, one.content] as const] : [],
      ),
    )
    expect(files.get('/etc/rancher/k3s/k3d-registry-ca.crt')).toBe(tls.authority.text)
    expect(files.get('/etc/rancher/k3s/registries.yaml')).toContain('tls:\n      ca_file: /etc/rancher/k3s/k3d-registry-ca.crt')
    const certsD = '/var/lib/rancher/k3s/agent/etc/containerd/certs.d'
    for (const host of ['localhost:5001', 'k3d-registry:5000', 'k3d-registry:5001'])
      expect(files.get(`${certsD}/${host}/hosts.toml`), host).toContain('ca = ["/etc/rancher/k3s/k3d-registry-ca.crt"]')
  })

  test('the engine is given the authority where this process may do that, else it is said how', async () => {
    const trust = async (on: MachineOptions) => (await planOn(emptyKind(), { tls }, on)).repairs.at(-1)!
    const path = '/etc/docker/certs.d/localhost:5001/ca.crt'
    expect((await trust({ writable: ['/etc/docker'] })).steps).toEqual([
      { op: 'host.file.put', path, content: tls.authority.text, expect: null },
    ])
    expect((await trust({ files: { [path]: tls.authority.text } })).steps).toEqual([])
    expect((await trust({})).steps).toMatchObject([
      { op: 'manual' },
      { op: 'manual', command: expect.stringMatching(/\| sudo sh -c 'mkdir -p .*certs\.d/) },
    ])
    expect((await trust({ platform: 'darwin' })).title).toMatch(/ConfigMap/)
  })

  test('what an earlier set-up over HTTP has written on the nodes is replaced', async () => {
    const steps = await shown({ registry: null, everyNode: leadingTo('http://kind-registry:5000') }, { tls, registryName: 'kind-registry' })
    expect(steps.filter((one) => one.includes('dev-worker2'))).toEqual(
      ['localhost:5001', 'kind-registry:5000'].flatMap((host) => [
        expect.stringContaining(`certs.d/${host}/ca.crt`),
        expect.stringContaining(`certs.d/${host}/hosts.toml`),
      ]),
    )
  })

  test('a registry that speaks plain HTTP is left to the user, with what becomes of its images', async () => {
    expect(await shown({}, { tls })).toEqual([
      expect.stringMatching(
        /^refused registry-plain-http: kind-registry speaks plain HTTP\. .*docker rm -f kind-registry.*(?:volume|pushed again)/,
      ),
    ])
  })

  test('and so is one with another certificate', async () => {
    const world = emptyKind()
    world.apply(stepsOf(await planOn(world, { tls })))
    const [path, look] = ['/etc/registry.crt', world.session().look]
    world.apply([{ op: 'file.put', node: 'kind-registry', path, content: '-----BEGIN CERTIFICATE-----\nold\n', expect: null }])
    const plan = await planSetup(look, await world.topology(), { tls }, machine())
    expect(plan).toEqual({
      refused: { code: 'registry-certificate-other', message: expect.stringMatching(/stay in the volume kind-registry$/) },
    })
  })
})
